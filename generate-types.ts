import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate, PostgresDialect } from 'kysely-codegen';
import { migrate } from './src/database/migrate.ts';
import { connect } from './src/database/pool.ts';
import { startEmbedded } from './src/private-postgres/start.ts';

const NULLABLE_IN_VIEWS = [
  'quarantined_until',
  'quota',
  'row_independent',
  't2_limit',
  'q_limit',
  'reference_min',
  'reference_max',
];

// Writes src/generated/database.ts from a freshly migrated, private database: `npm run generate`.
const folder = await mkdtemp(join(tmpdir(), 'spectrakey-types-'));
const postgres = await startEmbedded(folder, () => {});
try {
  const db = connect({ url: postgres.url, max: 1, onIdleError: () => {} });
  await migrate(db);
  await generate({
    db: db.withoutPlugins(),
    dialect: new PostgresDialect(),
    outFile: fileURLToPath(new URL('src/generated/database.ts', import.meta.url)),
    camelCase: true,
    excludePattern: 'kysely_*',
    // The pool reads bigint as number (database/pool.ts).
    typeMapping: { int8: 'number' },
    // PostgreSQL does not know which columns of a view are never null.
    async postprocess({ metadata }) {
      for (const { columns } of metadata.tables.filter(({ isView }) => isView)) {
        for (const column of columns) column.isNullable = NULLABLE_IN_VIEWS.includes(column.name);
      }
      return metadata;
    },
  });
  await db.destroy();
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
