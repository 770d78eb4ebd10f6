import type { FastifyInstance } from 'fastify';
import { badUserInput } from '../errors.ts';
import { ANYBODYS_BODY_BYTES } from './limits.ts';
import { memoryGiver } from './memory.ts';

/** Requests of the schema nest a few levels. This many cost nothing, and shorter bodies than that need no look. */
const DEEPEST_NESTING = 10_000;
/** From this many characters on. A thousand spectra are below: giving memory back holds the server up for 0.1 s. */
const LARGE_CHARACTERS = 4 * 1024 * 1024;

/**
 * Parses bodies of JSON as Fastify does, but for two things that matter of long ones only: what is nested without end
 * is refused before it is parsed (10 MiB of brackets held the event loop for 1.2 s and took 400 MB), and the memory
 * that a large body took is given back afterwards.
 */
export function parseJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const memory = memoryGiver();
  app.addHook('onClose', async () => memory.close());
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.length > ANYBODYS_BODY_BYTES && nestsDeeperThan(DEEPEST_NESTING, text)) {
      done(
        badUserInput(`The body nests deeper than ${DEEPEST_NESTING} levels. Send what the schema asks for.`),
      );
      return;
    }
    if (text.length > LARGE_CHARACTERS) memory.giveBackLater();
    return parse(request, text, done);
  });
}

/** Whether brackets and braces of a JSON text are open within one another more than `most` times at some place. */
export function nestsDeeperThan(most: number, text: string): boolean {
  // A walk takes as long as parsing does. A thousand spectra have two thousand of these, found in a tenth of that.
  if (occurrences('[', text, most) + occurrences('{', text, most) <= most) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '[':
      case '{':
        depth += 1;
        if (depth > most) return true;
        break;
      case ']':
      case '}':
        depth -= 1;
        break;
      case '"':
        at = endOfString(text, at);
        break;
    }
  }
  return false;
}

/** How often a character stands in a text, counted until that is more than `most`. */
function occurrences(character: string, text: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= most; at = text.indexOf(character, at + 1))
    count += 1;
  return count;
}

/** Where the string that begins at `start` ends; the end of the text for one that does not. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}
