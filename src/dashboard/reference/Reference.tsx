import { Anchor, Card, Container, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import mark from '../graphiql/spectrakey.svg';
import { type ApiDocument, operationsOf } from './document.ts';
import { Endpoint } from './Endpoint';
import { type KeyInUse, KeyPanel } from './KeyPanel';
import { OperationView } from './OperationView';
import { Prose } from './Prose';
import classes from './Reference.module.css';
import { anchorOf, SchemaView } from './SchemaView';

/** The reference of the plain HTTP API: operations, objects and errors, each with an address on the page. */
export function Reference({ document: api }: { document: ApiDocument }) {
  const [inUse, setInUse] = useState<KeyInUse>({ key: '', parameters: {} });
  const operations = operationsOf(api);
  // The browser looked for the element of the address before the page was there.
  useEffect(() => {
    const place = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    place?.scrollIntoView();
    place?.focus({ preventScroll: true });
  }, []);
  return (
    <Container size="lg" py="lg">
      <Stack gap="lg">
        <Group component="header" justify="space-between">
          <Anchor href="/" underline="never" c="inherit">
            <Group gap={8} wrap="nowrap">
              <img src={mark} alt="" width={26} height={26} />
              <Text fw={650} span>
                Spectrakey
              </Text>
            </Group>
          </Anchor>
          <Anchor href="/api/openapi.json" size="sm" underline="always">
            OpenAPI document
          </Anchor>
        </Group>
        <Stack component="main" gap="lg">
          <Stack gap="xs">
            <Title order={1}>API reference</Title>
            <Text maw={720}>
              <Prose>{api.info.description}</Prose>
            </Text>
            <nav aria-label="Operations">
              <Stack gap={8}>
                {operations.map(({ operationId, summary, method, path }) => (
                  <div key={operationId} className={classes.entry}>
                    <Anchor href={`#${operationId}`} underline="always" size="sm">
                      {summary}
                    </Anchor>
                    <Endpoint method={method} path={path} />
                  </div>
                ))}
              </Stack>
            </nav>
          </Stack>
          <KeyPanel onUse={setInUse} />
          <Title order={2}>Operations</Title>
          {operations.map(operation => (
            <OperationView key={operation.operationId} document={api} operation={operation} inUse={inUse} />
          ))}
          <Title order={2}>Objects</Title>
          {Object.entries(api.components.schemas).map(([name, schema]) => (
            <Card key={name} withBorder padding="lg" component="section" id={anchorOf(name)} tabIndex={-1}>
              <Stack gap="sm">
                <Title order={3}>{name}</Title>
                {schema.description !== undefined && (
                  <Text size="sm">
                    <Prose>{schema.description}</Prose>
                  </Text>
                )}
                <SchemaView schema={schema} />
              </Stack>
            </Card>
          ))}
          <Title order={2}>Errors</Title>
          <Text size="sm">
            The property <code>type</code> of an error is its address on this page. GraphQL answers with the
            same codes.
          </Text>
          <Errors errors={api['x-errors']} />
        </Stack>
      </Stack>
    </Container>
  );
}

function Errors({ errors }: { errors: ApiDocument['x-errors'] }) {
  return (
    <Card withBorder padding="lg">
      <Stack gap="md">
        {Object.entries(errors).map(([code, { status, message }]) => (
          <Stack key={code} gap={2} component="section" id={code} tabIndex={-1}>
            <Title order={3} size="h5" style={{ overflowWrap: 'anywhere' }}>
              {code}
            </Title>
            <Text size="sm">
              {status}: {message}
            </Text>
          </Stack>
        ))}
      </Stack>
    </Card>
  );
}
