import { CompiledQuery, type Kysely } from 'kysely';
import type { DB } from '../generated/database.ts';

/** Marks the first line of a statement that has a name. */
const NAME_LINE = /^-- (\w+)\n/;

/** Runs a statement, in the transaction if one is given, with the values of `$1`, `$2`, … @returns its rows */
export type Statement<Parameters extends readonly unknown[], Row> = (
  db: Kysely<DB>,
  ...parameters: Parameters
) => Promise<Row[]>;

/**
 * A hot statement with a name: a connection parses it once and soon stops planning it.
 *
 * @param text SQL with `$1`, `$2`, …, as psql takes it after `prepare name as`. Columns of the rows become camelCase.
 */
export function statement<Parameters extends readonly unknown[], Row>(
  name: string,
  text: string,
): Statement<Parameters, Row> {
  const named = `-- ${name}\n${text}`;
  return async (db, ...parameters) =>
    (await db.executeQuery<Row>(CompiledQuery.raw(named, [...parameters]))).rows;
}

/** The name of a statement, from its text; undefined if it has none. */
export const statementNameOf = (text: string): string | undefined => NAME_LINE.exec(text)?.[1];
