import { spawnSync } from 'node:child_process';

/** Ends with 0 if the recipes in docs/recipes find the packages that they import. Importing them would take a second. */
const FINDS_PACKAGES = `
import importlib.util, sys
sys.exit(not all(importlib.util.find_spec(name) for name in ("sklearn", "onnx")))`;

const works = (python: string) => spawnSync(python, ['-c', FINDS_PACKAGES], { timeout: 10_000 }).status === 0;

/**
 * A Python with scikit-learn and onnx; undefined if there is none. Debian's packages are for its own Python, which is
 * not always the first on the path.
 */
export const pythonProgram = ['python3', '/usr/bin/python3'].find(works);
