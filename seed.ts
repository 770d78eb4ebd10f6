import { readDevelopmentConfig } from './src/config.ts';
import { migrate } from './src/database/migrate.ts';
import { connect } from './src/database/pool.ts';
import { seedLaboratory } from './src/demonstration/laboratory.ts';
import { DEMONSTRATION_EMAIL, isUnused, seed } from './src/demonstration/seed.ts';
import { makePartitions } from './src/predictions/partitions.ts';
import { findEmbedded, startEmbedded } from './src/private-postgres/start.ts';

// `npm run seed`: an organization with history in the data of `npm run dev`, also while that runs.

const say = (text: string) => process.stdout.write(`${text}\n`);

const config = readDevelopmentConfig();
const shared = config.DATABASE_URL ?? (await findEmbedded(config.DATA_DIR));
const postgres = shared === null ? await startEmbedded(config.DATA_DIR, say) : null;
try {
  const db = connect({ url: shared ?? postgres?.url ?? '', max: 2, onIdleError: () => {} });
  await migrate(db);
  await makePartitions(db, new Date());
  // The first start would add it to a database without people only.
  if (!config.DATABASE_URL && (await isUnused(db))) {
    const { password } = await seed(db, new Date());
    say(`${DEMONSTRATION_EMAIL} signs in with ${password}`);
  }
  const laboratory = await seedLaboratory(db, new Date());
  if (laboratory) for (const email of laboratory.emails) say(`${email} signs in with ${laboratory.password}`);
  else
    say(
      'The organization is there already. DATA_DIR=.data-dev npm run spectrakey -- password <e-mail> sets a new password.',
    );
  await db.destroy();
} finally {
  await postgres?.stop();
}
