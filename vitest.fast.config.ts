import { mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

/**
 * The test files of `npm run check` and `npm run test:watch`. Each takes at most ten seconds of a core, and waits for no
 * timeout, slow model or server process. Together they cover what changes break most often: the rules of the
 * repository, the documentation, the schema and its limits, permissions, and `predict`.
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
  'predict-tab',
  'query-limits',
  'refusals',
  'repository',
  'security',
  'switches',
  'tenancy',
  'variables',
];

const config = mergeConfig(suite, {});
// Set here because merging would append to the list of the suite.
config.test.projects = undefined;
config.test.include = FAST.map(name => `test/${name}.test.ts`);

export default config;
