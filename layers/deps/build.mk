# Installs requirements.txt into $(ARTIFACTS_DIR)/python for $(PLATFORM). `sam build` calls it through
# arm64/Makefile or x86_64/Makefile. requirements.txt is exported from uv.lock by `make requirements`,
# never edited.

HERE := $(dir $(lastword $(MAKEFILE_LIST)))
# Only wheels, so that nothing is compiled for the build host or falls back to pure Python.
# oss2 ships no wheel, and has nothing to compile.
INSTALL = uv pip install --quiet --target "$(ARTIFACTS_DIR)/python" --requirement "$(HERE)requirements.txt" \
	--no-deps --only-binary :all: --no-binary oss2 --python-platform $(PLATFORM) --python-version 3.13

# The services Ferry may call. botocore's descriptions of the other 400 are half of the layer's entries,
# and each cold start unpacks them; a client of a service not named here raises UnknownServiceError.
SERVICES := cloudwatch cognito-idp dynamodb events kms lambda logs s3 scheduler secretsmanager ses sesv2 sns sqs \
	ssm stepfunctions sts xray

.PHONY: build-DepsLayer
build-DepsLayer:
	@command -v uv >/dev/null || { echo "uv is not on PATH: see https://docs.astral.sh/uv/, or 'pip install uv'" >&2; exit 1; }
	@# The versions are pinned, so packages that are cached already need no network.
	@$(INSTALL) --offline 2>/dev/null || $(INSTALL)
	@find "$(ARTIFACTS_DIR)/python/botocore/data" -mindepth 1 -maxdepth 1 -type d \
		$(foreach service,$(SERVICES),! -name $(service)) -exec rm -rf {} +
	@rm -rf "$(ARTIFACTS_DIR)"/python/bin "$(ARTIFACTS_DIR)"/python/.lock
	@find "$(ARTIFACTS_DIR)" -type d \( -name __pycache__ -o -name tests -o -name test -o -name SelfTest \) -prune -exec rm -rf {} +
	@find "$(ARTIFACTS_DIR)" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name RECORD \) -delete
	@# Layers are read-only, so Python would compile every module anew at each cold start (2 s instead of 0.5 s).
	@"$$(uv python find 3.13)" -W ignore -m compileall -qq -j 0 --invalidation-mode unchecked-hash \
		-s "$(ARTIFACTS_DIR)" -p /opt "$(ARTIFACTS_DIR)/python"
