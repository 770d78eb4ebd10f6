import { Button, Group, Paper, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { CircleAlert, Plus } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import type { ApiKeyRowFragment, ApiKeyTarget } from '../generated/graphql';
import { EmptyState } from '../ui/EmptyState';
import { Problem } from '../ui/Problem';
import { useNow } from '../ui/use-now';
import classes from './ApiKeys.module.css';
import { type Asked, ConfirmKey } from './ConfirmKey';
import { CreateKey } from './CreateKey';
import { NO_POLICY } from './expiry-policy.ts';
import { KeyAllowance } from './KeyAllowance';
import { KeyFilterBar, totalOfCounts } from './KeyFilterBar';
import { KeyRows } from './KeyRows';
import { KeyTable, SkeletonRows } from './KeyTable';
import { useKeyFilter, variablesOf } from './key-filter.ts';
import { ABOUT_KEYS, KEYS_ON_A_PAGE } from './queries';
import { RotateKey } from './RotateKey';
import { UpgradePlan } from './UpgradePlan';

const API_KEYS = graphql(`
  query ApiKeys(
    $projectId: ID!
    $of: ApiKeyTarget!
    $first: Int!
    $orderBy: ApiKeyOrder!
    $search: String
    $status: [ApiKeyStatus!]
  ) {
    project(id: $projectId) {
      id
      ...ViewerCan
      apiKeyAllowance {
        used
        limit
        retiring
      }
      organization {
        id
        slug
        name
        plan {
          name
          allowApiPredict
        }
        apiKeyPolicy {
          maxLifetimeDays
          expiryRequired
          projectKeysAllowed
        }
      }
    }
    apiKeys(of: $of, first: $first, orderBy: $orderBy, search: $search, status: $status) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...ApiKeyRow
      }
    }
    active: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [ACTIVE]) {
      totalCount
    }
    expired: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [EXPIRED]) {
      totalCount
    }
    revoked: apiKeys(of: $of, first: 1, orderBy: $orderBy, status: [REVOKED]) {
      totalCount
    }
  }
`);

interface ApiKeysProps {
  projectId: string;
  /** What the page already knows, so that the layout does not shift when the keys are loaded. */
  known: { canManage: boolean; allowed: boolean };
  of: ApiKeyTarget;
  about: string;
  /** What a key that is created here calls, in words. */
  reach: string;
}

/** A list of API keys, with what can be done with each, and the place to create others. */
export function ApiKeys({ projectId, known, of, about, reach }: ApiKeysProps) {
  const [filter, setFilter] = useKeyFilter();
  const [{ data: current, error }, load] = useQuery({
    query: API_KEYS,
    variables: { projectId, of, first: KEYS_ON_A_PAGE, ...variablesOf(filter) },
    context: ABOUT_KEYS,
  });
  // If a reload fails, the loaded data stays.
  const last = useRef(current);
  if (current) last.current = current;
  const data = current ?? last.current;
  const reload = () => load({ requestPolicy: 'network-only' });
  const now = useNow();
  const heading = useRef<HTMLHeadingElement>(null);
  const reason = useId();
  const [creating, setCreating] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [rotating, setRotating] = useState<ApiKeyRowFragment | null>(null);
  const [done, setDone] = useState(false);
  useEffect(() => {
    // The pressed button disappears with its key, and the focus would be lost.
    if (done) heading.current?.focus();
  }, [done]);
  const ask = (asked: Asked) => {
    setDone(false);
    setAsked(asked);
  };

  const { project, apiKeys } = data ?? {};
  const counts = data && {
    ACTIVE: data.active.totalCount,
    EXPIRED: data.expired.totalCount,
    REVOKED: data.revoked.totalCount,
  };
  const holdsKeys = counts && totalOfCounts(counts) > 0;
  const canManage = project?.viewerCan.manageApiKeys ?? known.canManage;
  const allowed = project?.organization.plan.allowApiPredict ?? known.allowed;
  const policy = project?.organization.apiKeyPolicy ?? NO_POLICY;
  const excluded = 'projectId' in of && project?.organization.apiKeyPolicy.projectKeysAllowed === false;
  const full = project ? project.apiKeyAllowance.used >= project.apiKeyAllowance.limit : false;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes.intro}>
          <Title order={2} ref={heading} tabIndex={-1}>
            API keys
          </Title>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </div>
        {canManage && allowed && (
          <Button
            leftSection={<Plus size={16} aria-hidden />}
            disabled={!project || full || excluded}
            aria-describedby={full || excluded ? reason : undefined}
            onClick={() => setCreating(true)}
          >
            Create API key
          </Button>
        )}
      </Group>
      {error && <Problem error={error} retry={reload} />}
      {project && !allowed && (
        <UpgradePlan
          organization={project.organization}
          holdsKeys={holdsKeys !== false}
          canManage={canManage}
        />
      )}
      {project && allowed && (
        <KeyAllowance {...project.apiKeyAllowance}>
          {(full || excluded) && canManage && (
            <span className={classes.full} id={reason}>
              <CircleAlert size={15} aria-hidden />
              {excluded
                ? 'The organization allows no keys for a whole project: create one for each deployment'
                : 'Revoke or delete an unused key first'}
            </span>
          )}
        </KeyAllowance>
      )}
      {!error && !data && (
        <div className={classes.allowance}>
          <Skeleton h={12} w={300} />
        </div>
      )}
      {(holdsKeys ?? (allowed && !error)) && (
        <KeyFilterBar filter={filter} onChange={setFilter} counts={counts} found={apiKeys?.totalCount} />
      )}
      {!error && !data && <WhileLoading actions={canManage} />}
      {holdsKeys === false && allowed && (
        <Paper withBorder>
          <EmptyState title="No API key yet">
            {canManage
              ? 'Create one for each program that is to call the model: a LIMS, a script, a process analyser. Then one can be revoked without affecting the others.'
              : 'Owners and contributors of the project can create one for each program that is to call the model.'}
          </EmptyState>
        </Paper>
      )}
      {holdsKeys && apiKeys?.nodes.length === 0 && (
        <Paper withBorder>
          <EmptyState title="No key matches">
            A search finds a part of a key’s name, or the characters that a key begins with.
          </EmptyState>
        </Paper>
      )}
      {apiKeys && apiKeys.nodes.length > 0 && (
        <KeyTable actions={canManage}>
          <KeyRows
            // The pages below the first are those of one filter.
            key={JSON.stringify(filter)}
            page={apiKeys}
            of={of}
            filter={filter}
            now={now}
            actions={canManage ? { onAsk: ask, onRotate: setRotating } : undefined}
          />
        </KeyTable>
      )}
      {/* Outside the part that depends on the data: a failed reload must not remove a key that is being shown. */}
      <CreateKey opened={creating} of={of} reach={reach} policy={policy} onClose={() => setCreating(false)} />
      <RotateKey apiKey={rotating} policy={policy} onClose={() => setRotating(null)} />
      <ConfirmKey
        asked={asked}
        now={now}
        returnFocus={!done}
        onClose={() => setAsked(null)}
        onDone={() => {
          setDone(true);
          setAsked(null);
        }}
      />
    </Stack>
  );
}

/** A placeholder of the same height as the list, so that the layout does not shift. */
function WhileLoading({ actions }: { actions: boolean }) {
  return (
    <>
      <KeyTable actions={actions}>
        <SkeletonRows />
      </KeyTable>
      <VisuallyHidden role="status">Loading the API keys…</VisuallyHidden>
    </>
  );
}
