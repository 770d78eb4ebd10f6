import { Anchor, Breadcrumbs, Button, Group, SimpleGrid, Stack, Title } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useQuery } from 'urql';
import { useViewer } from '../app/Session';
import { graphql } from '../generated';
import { Loading } from '../ui/Loading';
import { NotFound } from '../ui/NotFound';
import { Problem } from '../ui/Problem';
import { useNow } from '../ui/use-now';
import { ChangeKey } from './ChangeKey';
import { type Asked, ConfirmKey } from './ConfirmKey';
import { KeyCallers } from './KeyCallers';
import { KeyCalls } from './KeyCalls';
import { KeyFacts } from './KeyFacts';
import { KeyRefusals } from './KeyRefusals';
import { KeyUsage } from './KeyUsage';
import { LeakedKey } from './LeakedKey';
import { ABOUT_KEYS } from './queries';
import { RehearsalUnderWay, RehearseKey } from './RehearseKey';
import { canRotate, RotateKey } from './RotateKey';

const API_KEY = graphql(`
  query ApiKeyPage($id: ID!) {
    apiKey(id: $id) {
      ...ApiKeyRow
      project {
        id
        name
        ...ViewerCan
        organization {
          id
          apiKeyPolicy {
            maxLifetimeDays
            expiryRequired
          }
        }
      }
      note
      allowedNetworks
      monthlyPredictions
      callsPerMinute
      rehearsedAt
      dailyPredictions(days: 30) {
        date
        predictions
        isMinimum
        calls
      }
    }
  }
`);

/** One key: what it is, and who still uses it. */
export function KeyPage() {
  const { projectId = '', keyId = '' } = useParams();
  // A separate page for each key, so that none briefly shows the data of another.
  return <Page key={keyId} projectId={projectId} id={keyId} />;
}

function Page({ projectId, id }: { projectId: string; id: string }) {
  const [{ data, error }, load] = useQuery({
    query: API_KEY,
    variables: { id },
    context: ABOUT_KEYS,
  });
  const navigate = useNavigate();
  const { id: viewerId } = useViewer();
  const now = useNow();
  const heading = useRef<HTMLHeadingElement>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [done, setDone] = useState(false);
  const [dialog, setDialog] = useState<'change' | 'rotate' | 'rehearse' | null>(null);
  useEffect(() => {
    // The pressed button disappears with a revocation, and the focus would be lost.
    if (done) heading.current?.focus();
  }, [done]);
  const ask = (asked: Asked) => {
    setDone(false);
    setAsked(asked);
  };
  const key = data?.apiKey?.project.id === projectId ? data.apiKey : null;
  if (!key) {
    if (data || error?.response?.status === 404) return <NotFound what="API key" />;
    return error ? <Problem error={error} retry={() => load()} /> : <Loading what="the API key" />;
  }
  const { project } = key;
  // Compared here too: nothing reloads the key when its rehearsal ends by itself.
  const rehearsalUntil = key.rehearsalUntil ? new Date(key.rehearsalUntil) : null;
  const isRehearsed = rehearsalUntil !== null && rehearsalUntil > now;
  return (
    <Stack gap="lg">
      <title>{`${key.name} · API key · Spectrakey`}</title>
      <Stack gap={6}>
        <Breadcrumbs separatorMargin={6}>
          <Anchor component={Link} to={`/projects/${projectId}`} size="sm">
            {project.name}
          </Anchor>
          <Anchor component={Link} to={`/projects/${projectId}/api-keys`} size="sm">
            API keys
          </Anchor>
        </Breadcrumbs>
        <Group justify="space-between" gap="sm">
          <Title order={1} ref={heading} tabIndex={-1} style={{ overflowWrap: 'anywhere' }}>
            {key.name}
          </Title>
          {project.viewerCan.manageApiKeys && (
            <Group gap="xs">
              <Button variant="default" onClick={() => setDialog('change')}>
                Change
              </Button>
              {canRotate(key, viewerId) && (
                <Button variant="default" onClick={() => setDialog('rotate')}>
                  Rotate
                </Button>
              )}
              {key.status === 'ACTIVE' && (
                <>
                  {!isRehearsed && (
                    <Button variant="default" onClick={() => setDialog('rehearse')}>
                      Rehearse
                    </Button>
                  )}
                  <Button variant="default" onClick={() => ask({ what: 'revoke', key })}>
                    Revoke
                  </Button>
                </>
              )}
              <Button
                variant="default"
                leftSection={<Trash2 size={16} aria-hidden />}
                onClick={() => ask({ what: 'delete', key })}
              >
                Delete
              </Button>
            </Group>
          )}
        </Group>
      </Stack>
      {isRehearsed && (
        <RehearsalUnderWay id={key.id} until={rehearsalUntil} canEnd={project.viewerCan.manageApiKeys} />
      )}
      {key.revocationSource && <LeakedKey apiKey={key} source={key.revocationSource} />}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <KeyFacts apiKey={key} now={now} />
        <KeyUsage days={key.dailyPredictions} />
        <KeyCallers id={key.id} now={now} />
        <KeyRefusals id={key.id} now={now} />
      </SimpleGrid>
      <KeyCalls apiKey={key} />
      <ChangeKey apiKey={key} opened={dialog === 'change'} onClose={() => setDialog(null)} />
      <RotateKey
        apiKey={dialog === 'rotate' ? key : null}
        policy={project.organization.apiKeyPolicy}
        onClose={() => setDialog(null)}
      />
      <RehearseKey apiKey={dialog === 'rehearse' ? key : null} now={now} onClose={() => setDialog(null)} />
      <ConfirmKey
        asked={asked}
        now={now}
        onItsPage
        returnFocus={!done}
        onClose={() => setAsked(null)}
        onDone={() => {
          setDone(true);
          setAsked(null);
          if (asked?.what === 'delete') void navigate(`/projects/${projectId}/api-keys`);
        }}
      />
    </Stack>
  );
}
