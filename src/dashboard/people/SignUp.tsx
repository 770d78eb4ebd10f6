import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { SIGNING_IN } from '../app/client';
import { graphql } from '../generated';
import type { SignUpPageQuery } from '../generated/graphql';
import { MAX_NAME_LENGTH, MIN_PASSWORD_LENGTH } from '../limits.ts';
import { PasswordField, TextField } from '../ui/Form';
import { Loading } from '../ui/Loading';
import { Problem } from '../ui/Problem';
import { EntranceFrame } from './EntranceFrame';
import { InvitationGone, InvitationText } from './InvitationText';
import { useInvitationToken } from './invitation-link';
import { EmailInput, Entrance, useEntrance } from './SignIn';

const SIGN_UP_PAGE = graphql(`
  query SignUpPage($token: String!, $invited: Boolean!) {
    signUpMode
    invitation(token: $token) @include(if: $invited) {
      ...InvitationFields
    }
  }
`);

const SIGN_UP = graphql(`
  mutation SignUp($input: SignUpInput!) {
    signUp(input: $input) {
      id
      organizations {
        id
        slug
      }
    }
  }
`);

/** The page for signing up: open to anyone, or only with an invitation. */
export function SignUp() {
  const token = useInvitationToken();
  const variables = { token, invited: token !== '' };
  const [{ data, error }, retry] = useQuery({
    query: SIGN_UP_PAGE,
    variables,
    requestPolicy: 'network-only',
  });
  if (error && !data) {
    return (
      <EntranceFrame>
        <Problem error={error} retry={() => retry()} />
      </EntranceFrame>
    );
  }
  if (!data) return <Loading what="sign-up" />;
  if (token !== '' && !data.invitation) return <InvitationGone />;
  if (token === '' && data.signUpMode === 'INVITED') return <SignUpClosed />;
  return <SignUpForm token={token} invitation={data.invitation ?? null} />;
}

function SignUpClosed() {
  const { search } = useLocation();
  return (
    <EntranceFrame
      other={
        <>
          Have an account?{' '}
          <Anchor component={Link} to={`/sign-in${search}`} size="sm" underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
      <title>Sign up · Spectrakey</title>
      <Stack gap="md">
        <Title order={1}>Sign-up is by invitation</Title>
        <Text size="sm">
          Ask an admin of your organization to invite you, then open the link that you get from them.
        </Text>
        <Text size="sm" c="dimmed">
          For the first account of an organization, ask the operator of this server to run{' '}
          <code style={{ display: 'block', whiteSpace: 'nowrap' }}>
            npm run spectrakey -- invite &lt;e-mail&gt;
          </code>
        </Text>
      </Stack>
    </EntranceFrame>
  );
}

interface SignUpFormProps {
  token: string;
  invitation: SignUpPageQuery['invitation'] | null;
}

function SignUpForm({ token, invitation }: SignUpFormProps) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState(invitation?.email ?? '');
  const [password, setPassword] = useState('');
  const [{ fetching, error }, signUp] = useMutation(SIGN_UP);
  const enter = useEntrance();
  const { search, hash } = useLocation();
  return (
    <Entrance
      title="Sign up"
      submit="Create account"
      busy={fetching}
      error={error}
      onSubmit={async () => {
        const input = { name, email, password, invitationToken: invitation ? token : null };
        const { data } = await signUp({ input }, SIGNING_IN);
        if (!data) return;
        if (!invitation) return await enter();
        // A new person belongs only to the organization that invited them.
        const [joined] = data.signUp.organizations;
        const hasJoined = invitation.organizationName !== '' && joined;
        await enter(hasJoined ? `/organizations/${joined.slug}` : '/');
      }}
      other={
        <>
          Have an account?{' '}
          <Anchor component={Link} to={`/sign-in${search}${hash}`} size="sm" underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
      {invitation && <InvitationText invitation={invitation} />}
      <TextField
        label="Name"
        autoComplete="name"
        required
        maxLength={MAX_NAME_LENGTH}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <EmailInput value={email} onChange={setEmail} fixed={Boolean(invitation)} />
      <PasswordField
        label="Password"
        description={`At least ${MIN_PASSWORD_LENGTH} characters. A few words in a row are easy to remember.`}
        autoComplete="new-password"
        required
        minLength={MIN_PASSWORD_LENGTH}
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
    </Entrance>
  );
}
