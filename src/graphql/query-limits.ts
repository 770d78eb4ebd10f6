import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import { badUserInput, validationFailed } from '../errors.ts';

/** What a document may hold at most; the standard introspection query has half of it. */
export const QUERY_LIMITS = {
  /** Of the whole text. A name of 16 MiB took graphql-js 5 s and 600 MB to refuse, and came back in the answer. */
  characters: 100_000,
  /** Names, numbers and signs, which is what parsing costs. A spectrum of 401 points has 401. */
  tokens: 10_000,
  /** Fields and fragments, where they are spread. */
  selections: 1000,
  /** Fields within fields. */
  depth: 20,
  /** Of the same field within itself: `project { deployments { project { … } } }`. */
  recursion: 2,
  /** Fields that one operation asks for anew, as fragments do. GraphQL compares each with each. */
  repetitions: 100,
  aliases: 30,
  directives: 50,
  /** Errors that are found, and told, of one document. */
  errors: 5,
};

const INSTEAD = 'Send spectra and other long values as variables.';

export const documentTooLong = () =>
  badUserInput(`The document has more than ${QUERY_LIMITS.characters} characters. ${INSTEAD}`);

/** Refuses a document for its length, before anything reads it. @throws BAD_USER_INPUT. */
export function checkLength(document: string): void {
  if (document.length > QUERY_LIMITS.characters) throw documentTooLong();
}

/** graphql-js tells of what it will not parse as of an error in the syntax. @returns what to do about it. */
export function describeParseLimit(error: GraphQLError): GraphQLError {
  const { source = null, positions = null, extensions } = error;
  const options = { source, positions, extensions };
  if (error.message.startsWith('Syntax Error: Document contains more'))
    return new GraphQLError(
      `The document has more than ${QUERY_LIMITS.tokens} names, numbers and signs. ${INSTEAD}`,
      options,
    );
  if (error.message.startsWith('Maximum call stack'))
    return new GraphQLError('The document is nested too deeply.', options);
  return error;
}

/**
 * Refuses documents that hold more than they may, before the rules of GraphQL itself are applied to them: to compare
 * 450 fields of one name and their arguments held the event loop for 265 ms (measured), at 25 kB of text.
 */
export const queryLimits: ValidationRule = context => ({
  Document(document) {
    const excess = findExcess(document);
    if (excess === null) return undefined;
    context.reportError(validationFailed(`This document has ${excess}. Ask for less at once.`, {}));
    // What takes the document's place in this validation: nothing is left for the other rules to compare.
    return { ...document, definitions: [] };
  },
});

/** What a document has too much of, in words; null when it is within the limits. */
function findExcess(document: DocumentNode): string | null {
  const { selections, depth, recursion, repetitions, aliases, directives } = QUERY_LIMITS;
  const fragments = new Map(
    document.definitions.filter(isFragment).map(fragment => [fragment.name.value, fragment]),
  );
  const seen = { selections: 0, aliases: 0, directives: 0 };
  const spreading = new Set<string>();
  const places = new Set<string>();
  let repeated = 0;
  let excess: string | null = null;

  /** Follows spreads, so that every field is met where it will be executed, until something is too much. */
  function walk(
    { selections: all }: SelectionSetNode,
    path: readonly string[],
    place: string,
    written: boolean,
  ): void {
    for (const selection of all) {
      seen.selections += 1;
      if (written) seen.directives += selection.directives?.length ?? 0;
      if (seen.selections > selections) excess ??= `more than ${selections} fields and fragments`;
      if (seen.directives > directives) excess ??= `more than ${directives} directives`;
      if (excess) return;

      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, path, place, written);
      } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        // Fragments within themselves are refused by a rule of GraphQL.
        if (!fragment || spreading.has(name)) continue;
        spreading.add(name);
        walk(fragment.selectionSet, path, place, false);
        spreading.delete(name);
      } else {
        const name = selection.name.value;
        const here = `${place} ${(selection.alias ?? selection.name).value}`;
        if (places.has(here)) repeated += 1;
        places.add(here);
        if (repeated > repetitions) excess ??= `more than ${repetitions} fields that it has already`;
        if (written && selection.alias) seen.aliases += 1;
        if (seen.aliases > aliases) excess ??= `more than ${aliases} aliases`;
        if (path.length >= depth) excess ??= `more than ${depth} fields within each other`;
        // Introspection unwraps types with it: [[Float!]!]! takes six. The depth is its limit.
        if (name !== 'ofType' && path.filter(outer => outer === name).length >= recursion)
          excess ??= `the field "${name}" within itself more than once`;
        if (selection.selectionSet && !excess) walk(selection.selectionSet, [...path, name], here, written);
      }
      if (excess) return;
    }
  }

  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && !isFragment(definition)) continue;
    seen.directives += definition.directives?.length ?? 0;
    for (const variable of definition.variableDefinitions ?? [])
      seen.directives += variable.directives?.length ?? 0;
    places.clear();
    repeated = 0;
    walk(definition.selectionSet, [], '', true);
    if (seen.directives > directives) excess ??= `more than ${directives} directives`;
    if (excess) return excess;
  }
  return null;
}

const isFragment = (definition: DefinitionNode): definition is FragmentDefinitionNode =>
  definition.kind === Kind.FRAGMENT_DEFINITION;
