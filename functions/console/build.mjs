// Builds the console into the folder of the function that serves it: `node build.mjs FOLDER`.
// With --install it only installs the packages that the build needs.
//
// What a build makes is kept in console/.build under a name that is the digest of its sources, so that only the first
// build of the same sources runs npm. Of every text, a brotli and a gzip form lie beside it.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

const OLDEST_NODE = [20, 19]; // what Vite needs
const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, "..", "..");
const CONSOLE = path.join(ROOT, "console");
const KEPT = path.join(CONSOLE, ".build");
const NOT_SOURCES = new Set(["node_modules", "dist", ".build"]);
const TEXTS = new Set([".css", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".webmanifest"]);
// Lambda answers with at most 6 MB, and base64 makes four bytes of three.
const LARGEST_FILE = 4_500_000;
const LOCK_PATIENCE_MS = 10 * 60 * 1000;

class BuildError extends Error {}

/** The files under a folder, as paths relative to it, in a fixed order. */
function filesUnder(folder, isWanted = () => true, inside = "") {
  return fs
    .readdirSync(path.join(folder, inside), { withFileTypes: true })
    .filter((entry) => isWanted(entry.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const name = path.join(inside, entry.name);
      return entry.isDirectory() ? filesUnder(folder, isWanted, name) : [name];
    });
}

/** What the build depends on, as one digest. */
function digestOfSources() {
  const digest = createHash("sha256").update(fs.readFileSync(fileURLToPath(import.meta.url)));
  for (const name of filesUnder(CONSOLE, (entry) => !NOT_SOURCES.has(entry))) {
    const content = fs.readFileSync(path.join(CONSOLE, name));
    digest.update(`${name}\0${content.length}\0`).update(content);
  }
  return digest.digest("hex").slice(0, 32);
}

function npm(...words) {
  const done = spawnSync("npm", words, { cwd: CONSOLE, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (done.error || done.status !== 0) {
    const said = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}`;
    throw new BuildError(`npm ${words.join(" ")} failed in console/:\n${said.trim()}`);
  }
}

/** Install the locked packages, unless these very ones are installed. */
function install() {
  const locked = createHash("sha256").update(fs.readFileSync(path.join(CONSOLE, "package-lock.json"))).digest("hex");
  const installed = path.join(CONSOLE, "node_modules", ".installed-lock");
  if (fs.existsSync(installed) && fs.readFileSync(installed, "utf8") === locked) return;
  npm("ci", "--prefer-offline", "--no-audit", "--no-fund");
  fs.writeFileSync(installed, locked);
}

/** Run one build at a time, since all use the same node_modules. */
function withLock(work) {
  const lock = path.join(KEPT, "lock");
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  fs.mkdirSync(KEPT, { recursive: true });
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isHeld(lock)) fs.rmSync(lock, { force: true });
      else if (Date.now() > deadline) throw new BuildError(`another build holds ${lock} for too long`);
      else Atomics.wait(pause, 0, 0, 200);
    }
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function isHeld(lock) {
  try {
    const holder = Number(fs.readFileSync(lock, "utf8"));
    return holder === 0 || process.kill(holder, 0); // 0: it was made, but not yet written
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Copy a built site, with compressed forms of its texts. */
function compress(site, target) {
  for (const name of filesUnder(site)) {
    const content = fs.readFileSync(path.join(site, name));
    if (content.length > LARGEST_FILE) {
      throw new BuildError(`${name} has ${content.length} bytes, but a function answers with ${LARGEST_FILE} at most: split it`);
    }
    const copy = path.join(target, name);
    fs.mkdirSync(path.dirname(copy), { recursive: true });
    fs.writeFileSync(copy, content);
    if (!TEXTS.has(path.extname(name))) continue;
    const brotli = zlib.brotliCompressSync(content, {
      params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    });
    const gzip = zlib.gzipSync(content, { level: 9 });
    if (brotli.length < content.length) fs.writeFileSync(`${copy}.br`, brotli);
    if (gzip.length < content.length) fs.writeFileSync(`${copy}.gz`, gzip);
  }
}

/** Build the console as `name` in console/.build, in place of what was built from other sources. */
function build(name) {
  const kept = path.join(KEPT, name);
  if (fs.existsSync(kept)) return;
  install();
  npm("run", "build");
  const fresh = path.join(KEPT, `fresh-${process.pid}`);
  fs.rmSync(fresh, { recursive: true, force: true });
  compress(path.join(CONSOLE, "dist"), fresh);
  for (const old of fs.readdirSync(KEPT).filter((entry) => !["lock", path.basename(fresh)].includes(entry))) {
    fs.rmSync(path.join(KEPT, old), { recursive: true, force: true });
  }
  fs.renameSync(fresh, kept);
}

function main([folder]) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new BuildError(`Node.js ${process.versions.node} is too old for the console: install ${OLDEST_NODE.join(".")} or newer`);
  }
  if (folder === "--install") {
    withLock(install);
    return;
  }
  const name = digestOfSources();
  const [, version] = /^version = "(.+)"$/m.exec(fs.readFileSync(path.join(ROOT, "pyproject.toml"), "utf8"));
  withLock(() => {
    build(name);
    fs.cpSync(path.join(KEPT, name), path.join(folder, "site"), { recursive: true });
  });
  fs.copyFileSync(path.join(HERE, "app.py"), path.join(folder, "app.py"));
  fs.writeFileSync(path.join(folder, "version"), version);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
