import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Answer, Questions, Reply } from './model-worker.ts';
import { ModelFailed } from './run.ts';
import { ModelRefused } from './signature.ts';

const WORKER = fileURLToPath(new URL('./model-worker.ts', import.meta.url));
/** A killed process is gone within milliseconds, unless the kernel does not let it go. */
const END_MS = 2_000;

/** A process gave no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Whether it had not begun to find one: then what it was asked is not to blame. */
  readonly wasIdle: boolean;

  constructor(message: string, wasIdle = false) {
    super(message);
    this.wasIdle = wasIdle;
  }
}

/** A process of model-worker.ts. */
export interface ModelProcess {
  /**
   * Asks one thing; the next only once this is answered.
   *
   * @throws {NoAnswer} where the process takes longer than `ms`, which ends it, or ends by itself
   * @throws what the process throws
   */
  ask<Name extends keyof Questions>(
    name: Name,
    given: Questions[Name]['given'],
    ms: number,
  ): Promise<Questions[Name]['found']>;
  /** Kills it, whatever it does. */
  end(): Promise<void>;
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;
}

/** Starts a process that may hold so much memory of its own. It has none of the server's environment, where its secrets are. */
export function spawnModelProcess(memoryBytes: number): ModelProcess {
  const child = spawnLimited(memoryBytes);
  const ended = Promise.withResolvers<void>();
  let isOver = false;
  let hasBegun = false;
  let settle: ((reply: Answer | NoAnswer) => void) | undefined;

  function over(): void {
    isOver = true;
    settle?.(new NoAnswer('ended the process that ran it', !hasBegun));
  }
  child.once('exit', () => {
    over();
    ended.resolve();
  });
  // It could not be started, and has no exit; or it was killed a moment ago, and nothing can be sent to it.
  child.on('error', () => {
    over();
    if (child.pid === undefined) ended.resolve();
  });
  child.on('message', (reply: Reply) => {
    if (reply === 'begun') hasBegun = true;
    else settle?.(reply);
  });

  async function end(): Promise<void> {
    child.kill('SIGKILL');
    await Promise.race([ended.promise, wait(END_MS, undefined, { ref: false })]);
  }

  return {
    ended: ended.promise,
    end,
    async ask<Name extends keyof Questions>(name: Name, given: Questions[Name]['given'], ms: number) {
      let limit: NodeJS.Timeout | undefined;
      hasBegun = false;
      const reply = await new Promise<Answer | NoAnswer>(resolve => {
        settle = resolve;
        if (isOver) return over();
        child.send({ name, given });
        limit = setTimeout(() => resolve(new NoAnswer(`took longer than ${ms / 1000} s`)), ms);
      });
      clearTimeout(limit);
      settle = undefined;
      if (reply instanceof NoAnswer) {
        await end();
        throw reply;
      }
      if ('error' in reply) throw thrown(reply.error);
      return reply.found as Questions[Name]['found'];
    },
  };
}

function spawnLimited(memoryBytes: number): ChildProcess {
  const options: SpawnOptions = {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    env: {},
    cwd: '/',
  };
  const program = [process.execPath, WORKER, String(process.pid)];
  if (process.platform === 'win32') return spawn(process.execPath, program.slice(1), options);
  // Linux counts every writable page that is the process's own, touched or not, 0.6 GB of them before there is a model;
  // what is beyond the limit fails as if the machine had no more. macOS takes the limit and does not heed it.
  const limited = 'ulimit -d "$0"; exec "$@"';
  const kib = String(Math.floor(memoryBytes / 1024));
  return spawn('/bin/sh', ['-c', limited, kib, ...program], options);
}

function thrown({ name, message }: { name: string; message: string }): Error {
  if (name === 'ModelFailed') return new ModelFailed(message);
  return name === 'ModelRefused' ? new ModelRefused(message) : new Error(`In a model's process: ${message}`);
}
