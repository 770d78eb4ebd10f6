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

/** Limits of a document. The standard introspection query uses half of them. */
export const QUERY_LIMITS = {
  /** Max characters of the text. graphql-js took 5 s and 600 MB to reject a name of 16 MiB, and quoted it in the error. */
  characters: 100_000,
  /** Names, numbers and signs; parsing time is proportional to them. A spectrum of 401 points has 401. */
  tokens: 10_000,
  /** Fields and fragments, counted wherever they are spread. */
  selections: 1000,
  /** Levels of nested fields. */
  depth: 20,
  /** A field nested in itself: `project { deployments { project { … } } }`. */
  recursion: 2,
  /** Fields that an operation selects again, as fragments do. Validation compares each with each. */
  repetitions: 100,
  aliases: 30,
  directives: 50,
  /** Errors reported for a document. */
  errors: 5,
};

const ADVICE = 'Send spectra and other long values as variables.';

export const documentTooLong = () =>
  badUserInput(`The document has more than ${QUERY_LIMITS.characters} characters. ${ADVICE}`);

/** Checks the length of a document, before it is parsed. @throws BAD_USER_INPUT */
export function checkLength(document: string): void {
  if (document.length > QUERY_LIMITS.characters) throw documentTooLong();
}

/** Rewrites the errors of graphql-js for documents over a parser limit, which it reports as syntax errors. */
export function describeParseLimit(error: GraphQLError): GraphQLError {
  const { source = null, positions = null, extensions } = error;
  const options = { source, positions, extensions };
  if (error.message.startsWith('Syntax Error: Document contains more'))
    return new GraphQLError(
      `The document has more than ${QUERY_LIMITS.tokens} names, numbers and signs. ${ADVICE}`,
      options,
    );
  if (error.message.startsWith('Maximum call stack'))
    return new GraphQLError('The document is nested too deeply.', options);
  return error;
}

/**
 * Rejects documents over the limits, before the rules of GraphQL itself run: comparing 450 fields of one name and their
 * arguments, 25 kB of text, blocked the event loop for 265 ms (measured).
 */
export const queryLimits: ValidationRule = context => ({
  Document(document) {
    const excess = findExcess(document);
    if (excess === null) return undefined;
    context.reportError(validationFailed(`This document has ${excess}. Ask for less at once.`, {}));
    // Replaces the document in this validation by an empty one, so that the other rules have nothing to compare.
    return { ...document, definitions: [] };
  },
});

/** The limit that a document exceeds, for the message; null when it is within the limits. */
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

  /** Visits every field where it will be executed, following spreads, until a limit is exceeded. */
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
        // Recursive fragments are rejected by a rule of GraphQL.
        if (!fragment || spreading.has(name)) continue;
        spreading.add(name);
        walk(fragment.selectionSet, path, place, false);
        spreading.delete(name);
      } else {
        const name = selection.name.value;
        const here = `${place} ${(selection.alias ?? selection.name).value}`;
        if (places.has(here)) repeated += 1;
        places.add(here);
        if (repeated > repetitions) excess ??= `more than ${repetitions} repeated fields`;
        if (written && selection.alias) seen.aliases += 1;
        if (seen.aliases > aliases) excess ??= `more than ${aliases} aliases`;
        if (path.length >= depth) excess ??= `more than ${depth} levels of nesting`;
        // Introspection unwraps types with ofType: [[Float!]!]! takes six. Only the depth limits it.
        if (name !== 'ofType' && path.filter(outer => outer === name).length >= recursion)
          excess ??= `the field "${name}" nested in itself more than once`;
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
