import type { ErrorObject, SchemaValidateFunction } from 'ajv';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { GraphQLError } from 'graphql';
import { badUserInput } from '../../errors.ts';
import { isList, NumberList } from '../../graphql/large-values.ts';
import { shorten } from '../../spectra/problems.ts';

/** The index of the first item that is not a finite number, or -1. */
function findNonFinite(list: readonly unknown[] | NumberList): number {
  if (list instanceof NumberList && list.allFinite) return -1;
  for (let at = 0; at < list.length; at++) if (!Number.isFinite(list[at])) return at;
  return -1;
}

/** Checks a list of numbers in one loop. Ajv itself knows no `NumberList`, and accepts an infinite number. */
const checkNumbers: SchemaValidateFunction = (isNullable: boolean, value: unknown): boolean => {
  if (value === null && isNullable) return true;
  const index = isList(value) ? findNonFinite(value) : undefined;
  if (index === -1) return true;
  checkNumbers.errors = [{ keyword: 'numbers', params: { index } }];
  return false;
};

interface ArraySchema {
  type: unknown;
  items: { type: unknown };
}
const isNumbers = (schema: unknown): schema is ArraySchema =>
  typeof schema === 'object' &&
  schema !== null &&
  'type' in schema &&
  /\barray\b/.test(String(schema.type)) &&
  'items' in schema &&
  typeof schema.items === 'object' &&
  schema.items !== null &&
  'type' in schema.items &&
  schema.items.type === 'number';

/** The schema with one keyword for each list of numbers, which `checkNumbers` checks. */
const withNumbers = (schema: unknown): object =>
  JSON.parse(JSON.stringify(schema), (_name, value: unknown) =>
    isNumbers(value) ? { numbers: String(value.type).includes('null') } : value,
  );

/** Starts compiling schemas of bodies to functions. */
export function startValidation(): (schema: unknown) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, verbose: true, validateFormats: false, validateSchema: false });
  ajv.addKeyword({ keyword: 'numbers', validate: checkNumbers, errors: true });
  // `predict` checks these, after the caller was authorized.
  for (const keyword of ['minItems', 'maxItems', 'minLength', 'maxLength']) {
    ajv.removeKeyword(keyword);
    ajv.addKeyword(keyword);
  }
  return schema => ajv.compile(withNumbers(schema));
}

/** Describes what is wrong with a body. @param errors the first error that Ajv found */
export function invalidBody([error]: readonly Partial<ErrorObject>[]): GraphQLError {
  if (!error) return badUserInput('The body is not valid. Compare it with /api/openapi.json.');
  const { keyword, params = {}, parentSchema, instancePath = '' } = error;
  const place = placeOf(instancePath);
  switch (keyword) {
    case 'required':
      return badUserInput(`${place} has no "${params.missingProperty}". Add it.`);
    case 'additionalProperties': {
      const names = Object.keys(parentSchema?.properties ?? {}).map(name => `"${name}"`);
      const unknown = shorten(String(params.additionalProperty));
      return badUserInput(
        `${place} has an unknown property "${unknown}". Remove it: the properties are ${names.join(' and ')}.`,
      );
    }
    case 'numbers':
      return badUserInput(
        params.index === undefined
          ? `${place} is not a list of numbers. Send one, as [0.1, 0.2].`
          : `${place}[${params.index}] is not a finite number. Send numbers only.`,
      );
    case 'type':
      return badUserInput(`${place} has the wrong type. Send ${articleOf(String(params.type))}.`);
    default:
      return badUserInput(`${place} is not valid. Compare it with /api/openapi.json.`);
  }
}

/** A JSON pointer as people write it: `spectra[0].y_values`. */
function placeOf(pointer: string): string {
  const path = pointer
    .slice(1)
    .split('/')
    .map(part => (/^\d+$/.test(part) ? `[${part}]` : `.${shorten(part)}`))
    .join('')
    .slice(1);
  return path === '' ? 'The body' : `"${path}"`;
}

const articleOf = (type: string) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);
