import { readFile, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describeApi } from './src/http/rest/openapi.ts';
import { OPERATIONS } from './src/http/rest/operations.ts';

// Writes the types of the TypeScript client from the OpenAPI document: `npm run generate`. With an argument it writes them
// to that file.

// The generator prints with the JavaScript API of TypeScript 5, which version 7 does not have.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'typescript' ? 'typescript-api' : specifier, context),
});
const { default: generate, astToString } = await import('openapi-typescript');
const { default: ts } = await import('typescript-api');

const heading = '// Generated from the OpenAPI document of the plain HTTP API by openapi-typescript.\n\n';
const file = process.argv[2] ?? fileURLToPath(new URL('docs/clients/spectrakey-api.ts', import.meta.url));
const types = await generate(JSON.stringify(describeApi(OPERATIONS)), {
  // The content of a file.
  transform: schema =>
    'contentMediaType' in schema ? ts.factory.createTypeReferenceNode('Blob') : undefined,
});
const text = heading + astToString(types);
if (text !== (await readFile(file, 'utf8').catch(() => null))) await writeFile(file, text);
