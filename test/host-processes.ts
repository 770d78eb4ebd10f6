import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { HOST } from '../src/onnx/sandbox.ts';

/** The lines that `ps` prints; without a matching process, which `ps` treats as an error, one empty line. */
export const column = (...args: string[]) => spawnSync('ps', args).stdout.toString().trim().split('\n');

/** The pids of the model hosts of this process. */
export const hosts = () =>
  column('-o', 'pid=,args=', '--ppid', String(process.pid))
    .filter(line => line.includes(HOST))
    .map(line => Number.parseInt(line, 10));

/** @returns a function that lists the model hosts started since this call. */
export function hostsFromNow(): () => number[] {
  const before = new Set(hosts());
  return () => hosts().filter(pid => !before.has(pid));
}

/** Waits until one of the processes computes. @returns its pid. */
export async function toCompute(pids: () => number[]): Promise<number> {
  let found = 0;
  await expect
    .poll(
      () => {
        const busy = pids().find(pid => /^R/.test(column('-o', 'stat=', '-p', String(pid)).join()));
        // A starting process also computes for a moment.
        const isSame = busy !== undefined && busy === found;
        found = busy ?? 0;
        return isSame;
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true);
  return found;
}

/** Whether a process exists. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until all of the processes sleep at this many consecutive checks: a starting one computes at some of them. */
export async function toBeIdle(pids: () => number[], looks = 5): Promise<void> {
  let asleep = 0;
  const look = () => {
    const states = pids().map(pid => column('-o', 'stat=', '-p', String(pid)).join());
    asleep = states.length > 0 && states.every(state => /^[SI]/.test(state)) ? asleep + 1 : 0;
    return asleep;
  };
  await expect.poll(look, { interval: 100, timeout: 20_000 }).toBeGreaterThanOrEqual(looks);
}
