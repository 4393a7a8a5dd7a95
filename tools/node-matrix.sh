#!/usr/bin/env bash
# Runs the unit tests on other Node versions: tools/node-matrix.sh [VERSION...]
# The versions come as npm packages that hold the plain binary, so nothing is installed system-wide.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

versions=("$@")
((${#versions[@]})) || versions=(22.23.3 24.21.0 26.10.0)
arch=$(node -p process.arch)
cache=${NODE_MATRIX_DIR:-$HOME/.cache/hftmon-nodes}

node tools/setup.mjs --npm-only
for version in "${versions[@]}"; do
  package="$cache/$version/node_modules/node-linux-$arch"
  if [[ ! -x $package/bin/node ]]; then
    npm install --silent --no-save --no-package-lock --prefix "$cache/$version" \
      "node-linux-$arch@$version"
  fi
  (
    export PATH="$package/bin:$PATH"
    echo "== Node $(node -v)"
    npx --no-install vitest run --project unit
  )
done
