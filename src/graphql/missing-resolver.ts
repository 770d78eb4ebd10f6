import type { GraphQLScalarType } from 'graphql';
import type { Resolvers, ResolversParentTypes } from '../generated/graphql.ts';

/** Rows by type. The root types have no row. */
type Rows = Omit<ResolversParentTypes, 'Query' | 'Mutation'> & { Query: object; Mutation: object };
type TypeName = keyof Resolvers & keyof ResolversParentTypes;
type FieldsOf<Name extends TypeName> = NonNullable<Resolvers[Name]>;
type ResultOf<Field> = Field extends (...parameters: never[]) => infer Result ? Awaited<Result> : never;
/** A nullable field may also be undefined in its row. */
type PropertyFor<Result> = null extends Result ? Result | undefined : Result;

/** The fields of a type that graphql-js cannot read from a property of its row. */
type FieldsToResolve<Name extends TypeName, Fields = FieldsOf<Name>> = Fields extends GraphQLScalarType
  ? never
  : {
      [Field in keyof Fields]-?: Field extends keyof Rows[Name]
        ? Rows[Name][Field] extends PropertyFor<ResultOf<NonNullable<Fields[Field]>>>
          ? never
          : Field
        : Field;
    }[keyof Fields];

type ResolvedFields<Name extends TypeName, Module> =
  Module extends Record<Name, infer Fields> ? keyof Fields : never;

/** The fields, such as `"Project.models"`, that need a resolver and have none in a union of resolver objects. */
export type MissingResolver<Module> = {
  [Name in TypeName]: `${Name}.${Exclude<FieldsToResolve<Name>, ResolvedFields<Name, Module>> & string}`;
}[TypeName];
