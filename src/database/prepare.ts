import { createHash } from 'node:crypto';
import { type Compilable, type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** Stands in a statement for a value that each run reads from its input. */
export type Placeholder<Input> = <Type>(read: (input: Input) => Type) => RawBuilder<Type>;

const names = new Map<string, string>();

/** The name under which connections keep a statement, by its text; undefined where it was not prepared. */
export const nameOf = (text: string): string | undefined => names.get(text);

/**
 * A statement that is built once, and that each connection parses once and soon plans no more. Only for texts that do
 * not depend on the input: every connection keeps every one of them.
 *
 * @returns runs the statement for an input, in a transaction where one is given, and gives its rows.
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
