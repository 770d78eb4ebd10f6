import { mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

/**
 * The files of `npm run check` and `npm run test:watch`: each takes at most ten seconds of a busy core, waits for no
 * timeout, runs no model for long and starts no server process. Together they cover what a change breaks most often:
 * the rules of the repository, the documentation, the schema and its limits, who may see what, and `predict`.
 */
const FAST = [
  'api-key-dates',
  'daily-predictions',
  'documentation',
  'graphiql-examples',
  'graphql-over-http',
  'model-files',
  'models',
  'one-mutation-field',
  'predict',
  'query-limits',
  'refusals',
  'repository',
  'security',
  'spectra-files',
  'switches',
  'tenancy',
  'variables',
];

const config = mergeConfig(suite, {});
// Merging would add to the list of the suite.
config.test.include = FAST.map(name => `test/${name}.test.ts`);

export default config;
