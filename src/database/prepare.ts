import { createHash } from 'node:crypto';
import { type Compilable, type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** A placeholder in a statement for a value that each run reads from its input. */
export type Placeholder<Input> = <Type>(read: (input: Input) => Type) => RawBuilder<Type>;

const names = new Map<string, string>();

/** The name of a prepared statement, by its text; undefined for other statements. */
export const statementNameOf = (text: string): string | undefined => names.get(text);

/**
 * Builds a statement once; each connection parses it once and soon stops planning it. Only for texts that do not depend
 * on the input, as every connection keeps each of them.
 *
 * @returns a function that runs the statement for an input, in a transaction if one is given, and returns its rows.
 */
export function prepare<Input, Row>(
  db: Kysely<DB>,
  build: (placeholder: Placeholder<Input>) => Compilable<Row>,
): (input: Input, trx?: Kysely<DB>) => Promise<Row[]> {
  const reads = new Map<unknown, (input: Input) => unknown>();
  const statement = build(read => {
    const mark = Symbol('placeholder');
    reads.set(mark, read);
    return sql`${mark}`;
  }).compile();
  names.set(statement.sql, createHash('sha256').update(statement.sql).digest('base64url'));
  return async (input, trx = db) => {
    const parameters = statement.parameters.map(parameter => {
      const read = reads.get(parameter);
      return read ? read(input) : parameter;
    });
    return (await trx.executeQuery<Row>({ ...statement, parameters })).rows;
  };
}
