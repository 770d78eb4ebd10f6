import { spawnSync } from 'node:child_process';

/** Whether Mono's compiler and runtime for C# are installed (Debian's mono-mcs, and the libraries of .ci/run). */
export const hasMono = ['mcs', 'mono'].every(program => spawnSync(program, ['--version']).status === 0);
