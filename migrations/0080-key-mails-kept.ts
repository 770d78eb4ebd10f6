import { type Kysely, sql } from 'kysely';

const comment = (text: string) => sql`comment on table key_mails is ${sql.lit(text)}`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await comment('what people are to be mailed about keys, until a day after it is due').execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await comment('what people are to be mailed about keys, for at most a day').execute(db);
}
