import { createRequire } from 'node:module';
import type * as Shield from 'graphql-shield';

// graphql-shield 7.6.5 does not load as an ES module on Node 23 and later: it imports `util.isUndefined`, since
// removed (its issue 1561). Its CommonJS build loads; its `chain` and `race` would call the missing function.
const shieldModule: typeof Shield = createRequire(import.meta.url)('graphql-shield');

export const { deny, rule, shield } = shieldModule;
