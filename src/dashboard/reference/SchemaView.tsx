import { Anchor, Stack, Text } from '@mantine/core';
import { type Schema, typeOf } from './document.ts';
import { Prose } from './Prose';

/** The address of a component on the page. */
export const anchorOf = (component: string) => `schema-${component}`;

/** The properties of an object: name, type and meaning of each. */
export function SchemaView({ schema }: { schema: Schema }) {
  const { properties = {}, required = [] } = schema;
  return (
    <Stack gap={10} component="dl" m={0}>
      {Object.entries(properties).map(([name, property]) => (
        <div key={name}>
          <Text component="dt" size="sm" style={{ overflowWrap: 'anywhere' }}>
            <code>{name}</code>{' '}
            <Text span size="sm" c="dimmed">
              <TypeName schema={property} />
              {!required.includes(name) && ', optional'}
            </Text>
          </Text>
          {property.description !== undefined && (
            <Text component="dd" m={0} size="sm">
              <Prose>{property.description}</Prose>
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}

/** A type in words, with links to the components in it. */
export function TypeName({ schema }: { schema: Schema }) {
  return typeOf(schema).map(part =>
    typeof part === 'string' ? (
      part
    ) : (
      <Anchor key={part.component} href={`#${anchorOf(part.component)}`} underline="always" inherit>
        {part.component}
      </Anchor>
    ),
  );
}
