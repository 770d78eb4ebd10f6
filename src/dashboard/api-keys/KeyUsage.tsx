import { Card, Text, Title } from '@mantine/core';
import type { ApiKeyPageQuery } from '../generated/graphql';
import { DailyChart } from '../ui/DailyChart';
import { count } from '../ui/numbers.ts';
import { callsOf, totalOf } from './usage.ts';

interface KeyUsageProps {
  days: NonNullable<ApiKeyPageQuery['apiKey']>['dailyPredictions'];
}

/** The predictions with a key in the last days: their number, and a strip with one bar a day. */
export function KeyUsage({ days }: KeyUsageProps) {
  const { bound, number, noun } = totalOf(days);
  const calls = callsOf(days);
  return (
    <Card withBorder padding="lg">
      <Title order={2} mb="sm">
        Last {days.length} days (UTC)
      </Title>
      <Text c="dimmed" size="sm" mb={calls === null ? 'lg' : 0}>
        {bound}
        <Text component="span" fz={28} fw={600} lh={1.2} c="var(--mantine-color-text)">
          {number}
        </Text>{' '}
        {noun}
      </Text>
      {calls !== null && (
        <Text c="dimmed" size="sm" mb="lg">
          in {bound}
          {count(calls, 'call')}
        </Text>
      )}
      <DailyChart days={days} compact />
    </Card>
  );
}
