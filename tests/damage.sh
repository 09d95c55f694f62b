#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Damaged files through the program that ships: DAMAGE_CUTS (10) cuts and DAMAGE_BYTES (20) changed bytes of every file of the
# corpus, or of FOLDER, in slices below build/damage. What must hold stands at the top of tests/e2e/damage.c; files that break
# it are kept in build/damage-findings. `make soak` runs it with a new seed each round.
# Usage: tests/damage.sh [FOLDER [ENDING...]]     ENDING: only files with these endings (doc xls)
# DAMAGE_SEED=N: other damage. Exit 1 when a promise was broken.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-${LIJIAN_CORPUS:-../shared/corpus}}
[ $# -eq 0 ] || shift
[ -d "$folder" ] || { echo "damage: no folder $folder"; exit 66; }
[ -f build/release/build.ninja ] || { echo "damage: first make release"; exit 69; }
ninja -C build/release --quiet src/programs/lijian tests/e2e/damage >build/damage-build.log || { cat build/damage-build.log; exit 69; }
exec build/release/tests/e2e/damage build/release/src/programs/lijian "$folder" build/damage build/damage-findings \
    "${DAMAGE_SEED:-1}" "${DAMAGE_CUTS:-10}" "${DAMAGE_BYTES:-20}" "$@"
