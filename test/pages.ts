import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every page of the documentation, by its path from the root. */
export const PAGES = globSync(['*.md', 'docs/**/*.md', 'src/demonstration/data/*.md'], { cwd: root })
  .map(normalize)
  .sort();

export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A heading with the lines below it, up to the next heading of the same or a higher level. */
export interface Section {
  heading: string;
  level: number;
  lines: string[];
}

/** The sections of a page, nested ones too. A `#` within code is not a heading. */
export function sectionsOf(page: string): Section[] {
  const open: Section[] = [];
  const sections: Section[] = [];
  let inCode = false;
  for (const line of readPage(page).split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    const [, marks = '', heading = ''] = (!inCode && /^(#+) (.*)$/.exec(line)) || [];
    if (marks !== '') {
      const section = { heading, level: marks.length, lines: [] };
      while ((open.at(-1)?.level ?? 0) >= section.level) open.pop();
      open.push(section);
      sections.push(section);
    } else for (const section of open) section.lines.push(line);
  }
  return sections;
}

/** The lines under a heading. @throws when the page has no such heading. */
export function linesUnder(page: string, heading: string): string[] {
  const found = sectionsOf(page).find(section => section.heading === heading);
  if (!found) throw new Error(`${page} has no heading "${heading}"`);
  return found.lines;
}

/** The rows of the first table under a heading, without its head. */
export function tableUnder(page: string, heading: string): string[][] {
  const lines = linesUnder(page, heading);
  const start = lines.findIndex(line => line.startsWith('|'));
  const rows = lines.slice(start);
  const end = rows.findIndex(line => !line.startsWith('|'));
  return (end < 0 ? rows : rows.slice(0, end))
    .slice(2)
    .map(line => line.split(/(?<!\\)\|/).slice(1, -1))
    .map(cells => cells.map(cell => cell.trim()));
}

/** The code blocks of a language under a heading. */
export function blocksUnder(page: string, heading: string, language: string): string[] {
  return blocksIn(linesUnder(page, heading), language);
}

/** The code blocks of a language in these lines. */
function blocksIn(lines: string[], language: string): string[] {
  return [...lines.join('\n').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code);
}

/** The shell commands under a heading, with continued lines joined and comments removed. */
export function commandsUnder(page: string, heading: string): string[] {
  return blocksUnder(page, heading, 'sh').flatMap(commandsIn);
}

/** All shell commands of a page. */
export const commandsOf = (page: string): string[] =>
  blocksIn(readPage(page).split('\n'), 'sh').flatMap(commandsIn);

function commandsIn(code: string): string[] {
  return code
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map(line => line.replace(/(^|\s)#.*$/, '').trim())
    .filter(line => line !== '');
}

/** The text of a cell without backticks. */
export const plain = (cell: string | undefined) => cell?.replaceAll('`', '');
