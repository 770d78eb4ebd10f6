import { makeActivityPartitions } from './src/activity/partitions.ts';
import { readDevelopmentConfig } from './src/config.ts';
import { migrate } from './src/database/migrate.ts';
import { connect } from './src/database/pool.ts';
import { seedLaboratory } from './src/demonstration/laboratory.ts';
import { DEMONSTRATION_EMAIL, isUnused, seed } from './src/demonstration/seed.ts';
import { makeLogPartitions } from './src/predictions/partitions.ts';
import { findEmbedded, startEmbedded } from './src/private-postgres/start.ts';

// `npm run seed`: adds an organization with history to the data of `npm run dev`, which may be running.

const print = (text: string) => process.stdout.write(`${text}\n`);

const config = readDevelopmentConfig();
const shared = config.DATABASE_URL ?? (await findEmbedded(config.DATA_DIR));
const postgres = shared === null ? await startEmbedded(config.DATA_DIR, print) : null;
try {
  const db = connect({ url: shared ?? postgres?.url ?? '', max: 2, onIdleError: () => {} });
  await migrate(db);
  await makeLogPartitions(db, new Date());
  await makeActivityPartitions(db, new Date());
  // The demonstration data too, since the next start would add it only to a database without people.
  if (!config.DATABASE_URL && (await isUnused(db))) {
    const { password } = await seed(db, new Date());
    print(`${DEMONSTRATION_EMAIL} signs in with ${password}`);
  }
  const laboratory = await seedLaboratory(db, new Date());
  if (laboratory) {
    for (const email of laboratory.emails) print(`${email} signs in with ${laboratory.password}`);
  } else {
    print(
      'The organization already exists. DATA_DIR=.data-dev npm run spectrakey -- password <e-mail> sets a new password.',
    );
  }
  await db.destroy();
} finally {
  await postgres?.stop();
}
