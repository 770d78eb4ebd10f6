import { Anchor, Card, Group, Title } from '@mantine/core';
import { Link } from 'react-router';
import type { ApiKeyPageQuery, ApiKeyPolicyRule } from '../generated/graphql';
import { Day } from '../ui/Day';
import { Fact, Facts } from '../ui/Fact';
import { Moment } from '../ui/Moment';
import { expiryWords } from './expiry.ts';
import { KeyMarks, KeyStatus } from './KeyState';
import { type Mark, marksOf } from './key-marks.ts';
import { keyPath } from './key-path.ts';
import { revokerOf } from './revoker.ts';

const BROKEN: Record<ApiKeyPolicyRule, string> = {
  EXPIRY_REQUIRED: 'Keys of the organization must expire',
  LIFETIME_TOO_LONG: 'It lives longer than the organization allows',
  PROJECT_KEYS_NOT_ALLOWED: 'The organization allows no keys for a whole project',
};

/** The marks beside the expiry. The others have a fact or a notice of their own here. */
const ABOUT_THE_END: ReadonlySet<Mark['kind']> = new Set(['expiring', 'retiring', 'replaced']);

interface KeyFactsProps {
  apiKey: NonNullable<ApiKeyPageQuery['apiKey']>;
  now: Date;
}

/** What a key is: its state, reach, origin and end. */
export function KeyFacts({ apiKey, now }: KeyFactsProps) {
  const { prefix, status, deployment, createdAt, createdBy, expiresAt, lastUsedAt } = apiKey;
  const expiry = expiresAt ? expiryWords(new Date(expiresAt)) : undefined;
  return (
    <Card withBorder padding="lg">
      <Title order={2} mb="sm">
        Key
      </Title>
      <Facts>
        <Fact name="Begins with">
          <code>{prefix}...</code>
        </Fact>
        <Fact name="Status">
          <KeyStatus status={status} />
        </Fact>
        <Fact name="Last used">{lastUsedAt ? <Moment at={new Date(lastUsedAt)} now={now} /> : 'Never'}</Fact>
        <Fact name="Reach">
          {deployment ? (
            <Anchor component={Link} to={`/deployments/${deployment.id}`} size="sm" underline="always">
              {deployment.name}
            </Anchor>
          ) : (
            'Whole project'
          )}
        </Fact>
        <Fact name="Created">
          <Day at={createdAt} />
          {createdBy && ` by ${createdBy.name}`}
        </Fact>
        <Fact name="Expires">
          {expiry ? `${expiry.day}, ${expiry.time}` : 'Never'}
          <Group justify="flex-end">
            <KeyMarks marks={marksOf(apiKey, now).filter(({ kind }) => ABOUT_THE_END.has(kind))} />
          </Group>
        </Fact>
        {apiKey.successor && (
          <Fact name="Replaced by">
            <Anchor
              component={Link}
              to={keyPath({ id: apiKey.successor.id, project: apiKey.project })}
              size="sm"
              underline="always"
            >
              <code>{apiKey.successor.prefix}...</code>
            </Anchor>
          </Fact>
        )}
        {apiKey.predecessor && (
          <Fact name="Replaces">
            <Anchor
              component={Link}
              to={keyPath({ id: apiKey.predecessor.id, project: apiKey.project })}
              size="sm"
              underline="always"
            >
              <code>{apiKey.predecessor.prefix}...</code>
            </Anchor>
          </Fact>
        )}
        {apiKey.allowedNetworks && <Fact name="Networks">{apiKey.allowedNetworks.join(', ')}</Fact>}
        {apiKey.monthlyPredictions != null && (
          <Fact name="Predictions a month">{apiKey.monthlyPredictions.toLocaleString('en')}</Fact>
        )}
        {apiKey.callsPerMinute != null && (
          <Fact name="Calls a minute">{apiKey.callsPerMinute.toLocaleString('en')}</Fact>
        )}
        {apiKey.brokenPolicyRules.length > 0 && (
          <Fact name="Policy">{apiKey.brokenPolicyRules.map(rule => BROKEN[rule]).join('. ')}</Fact>
        )}
        {apiKey.note && <Fact name="Note">{apiKey.note}</Fact>}
        {apiKey.revokedAt && (
          <Fact name="Revoked">
            <Day at={apiKey.revokedAt} />
            {revokerOf(apiKey)}
          </Fact>
        )}
      </Facts>
    </Card>
  );
}
