// Says which deployment this is.
const deployment = await (await fetch("config.json")).json();
document.body.append(`Ferry ${deployment.version}: ${deployment.stack}`);
