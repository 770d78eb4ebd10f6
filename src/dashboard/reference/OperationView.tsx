import { Anchor, Button, Card, Code, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Fragment, useState } from 'react';
import { Snippet } from '../ui/Snippet';
import { spread } from '../ui/send-call.ts';
import { type ApiDocument, bodyOf, codesIn, exampleOf, nameOf, type Operation } from './document.ts';
import { Endpoint } from './Endpoint';
import type { KeyInUse } from './KeyPanel';
import { Prose } from './Prose';
import classes from './Reference.module.css';
import { TypeName } from './SchemaView';
import { TryForm } from './TryForm';

interface OperationViewProps {
  document: ApiDocument;
  operation: Operation;
  inUse: KeyInUse;
}

/** An operation: what it takes, what it answers, and a form to try it. */
export function OperationView({ document, operation, inUse }: OperationViewProps) {
  const { operationId, method, path, summary, description, parameters, responses } = operation;
  const [isTried, setTried] = useState(false);
  const body = bodyOf(operation);
  const answer = responses['200']?.content['application/json']?.schema;
  return (
    <Card withBorder padding="lg" component="section" id={operationId}>
      <Stack gap="sm">
        <Title order={3}>{summary}</Title>
        <Endpoint method={method} path={path} />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
          <Stack gap="sm">
            <Text size="sm">
              <Prose>{description}</Prose>
            </Text>
            {parameters.length > 0 && <Parameters parameters={parameters} />}
            <Responses responses={responses} />
          </Stack>
          <Stack gap="sm">
            {body && (
              <Text size="sm">
                Body: <TypeName schema={body.schema} /> as <Code>{body.type}</Code>
              </Text>
            )}
            {body?.type === 'application/json' && (
              <Snippet
                label={`Example of a request for ${operationId}`}
                code={spread(JSON.stringify(exampleOf(document, body.schema)))}
                maxHeight={280}
              />
            )}
            {answer?.$ref !== undefined && (
              <>
                <Text size="sm">
                  Answer: <TypeName schema={answer} />, for example
                </Text>
                <Snippet
                  label={`Example of ${nameOf(answer.$ref)} for ${operationId}`}
                  code={spread(JSON.stringify(exampleOf(document, answer)))}
                  maxHeight={400}
                />
              </>
            )}
          </Stack>
        </SimpleGrid>
        <Group>
          <Button variant="default" aria-expanded={isTried} onClick={() => setTried(!isTried)}>
            {isTried ? 'Close' : 'Try it'}
          </Button>
        </Group>
        {isTried && (
          <TryForm
            key={inUse.parameters.deploymentId}
            document={document}
            operation={operation}
            inUse={inUse}
          />
        )}
      </Stack>
    </Card>
  );
}

function Parameters({ parameters }: Pick<Operation, 'parameters'>) {
  return (
    <Stack gap={6} component="dl" m={0}>
      {parameters.map(({ name, in: place, required, description }) => (
        <div key={name}>
          <Text component="dt" size="sm">
            <code>{name}</code>{' '}
            <Text span size="sm" c="dimmed">
              {place}
              {required !== true && ', optional'}
            </Text>
          </Text>
          <Text component="dd" m={0} size="sm">
            <Prose>{description}</Prose>
          </Text>
        </div>
      ))}
    </Stack>
  );
}

function Responses({ responses }: Pick<Operation, 'responses'>) {
  const headers = new Set(Object.values(responses).flatMap(response => Object.keys(response.headers)));
  return (
    <>
      <Title order={4} size="h6">
        Errors
      </Title>
      <dl className={classes.errors}>
        {Object.entries(responses)
          .filter(([status]) => status !== '200')
          .map(([status, { description }]) => (
            <Fragment key={status}>
              <dt>{status}</dt>
              <dd>
                {codesIn(description).map((code, at) => (
                  <span key={code}>
                    {at > 0 && ', '}
                    <Anchor href={`#${code}`} underline="always" fz="sm">
                      {code}
                    </Anchor>
                  </span>
                ))}
              </dd>
            </Fragment>
          ))}
      </dl>
      <Text size="sm">Headers of answers: {[...headers].join(', ')}.</Text>
    </>
  );
}
