import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  getVariableValues,
  Kind,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { examples } from '../src/dashboard/graphiql/examples.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
const schema = buildSchema(sdl);

function operationsOf(document: DocumentNode) {
  return document.definitions.filter(definition => definition.kind === Kind.OPERATION_DEFINITION);
}

function variableNames(document: DocumentNode): string[] {
  const names = operationsOf(document).flatMap(({ variableDefinitions = [] }) =>
    variableDefinitions.map(({ variable }) => variable.name.value),
  );
  return [...new Set(names)].sort();
}

function rootFieldsUsed(): Set<string> {
  const used = new Set<string>();
  const types = new TypeInfo(schema);
  const note = visitWithTypeInfo(types, {
    Field(field) {
      used.add(`${types.getParentType()?.name}.${field.name.value}`);
    },
  });
  for (const { query } of examples) visit(parse(query), note);
  return used;
}

describe.each(examples)('the GraphiQL tab $title', ({ title, query, variables, headers }) => {
  const document = parse(query);
  const operations = operationsOf(document);

  test('is valid against the schema', () => {
    expect(validate(schema, document)).toEqual([]);
  });

  test('has the name of its first operation, which GraphiQL shows as the title', () => {
    expect(operations[0]?.name?.value).toBe(title);
  });

  test('explains each operation in a comment above it', () => {
    for (const operation of operations) {
      const above = query.slice(0, operation.loc?.start).trimEnd().split('\n').at(-1);
      expect(above, operation.name?.value).toMatch(/^# \S/);
    }
  });

  test('has one root field in each mutation, as the server requires', () => {
    for (const { operation, name, selectionSet } of operations) {
      if (operation === 'mutation') expect(selectionSet.selections, name?.value).toHaveLength(1);
    }
  });

  test('provides exactly the variables that its operations declare, in their types', () => {
    expect(Object.keys(variables).sort()).toEqual(variableNames(document));
    for (const { variableDefinitions = [] } of operations) {
      expect(getVariableValues(schema, variableDefinitions, variables).errors).toBeUndefined();
    }
  });

  test('contains no well-formed key', () => {
    expect(JSON.stringify({ query, variables, headers })).not.toMatch(/\bsk_[0-9A-Za-z]{46}\b/);
  });
});

test('the GraphiQL tabs show every field of Query and Mutation', () => {
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap(type =>
    type ? Object.keys(type.getFields()).map(field => `${type.name}.${field}`) : [],
  );
  expect(fields.length).toBeGreaterThan(0);
  expect(fields.filter(field => !rootFieldsUsed().has(field))).toEqual([]);
});

test('operation names are unique over all GraphiQL tabs, which distinguishes them in the history and in logs', () => {
  const names = examples.flatMap(({ query }) => operationsOf(parse(query)).map(({ name }) => name?.value));
  expect(names).not.toContain(undefined);
  expect(new Set(names).size).toBe(names.length);
});

test('GraphiQL opens with predict, and with a placeholder for a key in the headers', () => {
  expect(examples[0]).toMatchObject({
    title: 'Predict',
    headers: { Authorization: 'Api-Key sk_<your-key>' },
  });
});
