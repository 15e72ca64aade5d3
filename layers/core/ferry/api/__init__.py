"""The tasks API: what the console asks, and every program with a token of the deployment's user pool."""
