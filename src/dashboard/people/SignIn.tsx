import { Alert, Anchor, Button, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { type CombinedError, useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { pathAfterSignIn, useSession } from '../app/Session';
import { graphql } from '../generated';
import { EntranceFrame } from './EntranceFrame';

const SIGN_IN = graphql(`
  mutation SignIn($email: EmailAddress!, $password: String!) {
    signIn(email: $email, password: $password) {
      id
    }
  }
`);

/** The context of the mutations that begin a session: their 401 is no lost session. */
export const signingIn = { signingIn: true };

/** Leads on after signing in or up: to the given path, else where the address says. */
export function useEntrance() {
  const { search, hash } = useLocation();
  const navigate = useNavigate();
  const { renew } = useSession();
  return async (path = pathAfterSignIn(search) + hash) => {
    await navigate(path, { replace: true });
    renew();
  };
}

export function SignIn() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [{ fetching, error }, signIn] = useMutation(SIGN_IN);
  const enter = useEntrance();
  const { search, hash } = useLocation();
  return (
    <Entrance
      title="Sign in"
      submit="Sign in"
      busy={fetching}
      error={error}
      onSubmit={async () => {
        const { data } = await signIn({ email, password }, signingIn);
        if (data) await enter();
      }}
      other={
        <>
          No account yet?{' '}
          <Anchor component={Link} to={`/sign-up${search}${hash}`} size="sm" underline="always">
            Sign up
          </Anchor>
        </>
      }
    >
      <EmailInput value={email} onChange={setEmail} />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
    </Entrance>
  );
}

/** The e-mail by which somebody signs in; fixed where an invitation says which. */
export function EmailInput({
  value,
  onChange,
  fixed = false,
}: {
  value: string;
  onChange: (email: string) => void;
  fixed?: boolean;
}) {
  return (
    <TextInput
      label="E-mail"
      type="email"
      autoComplete="username"
      required
      readOnly={fixed}
      description={fixed ? 'As it was invited' : undefined}
      value={value}
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}

interface EntranceProps {
  title: string;
  submit: string;
  busy: boolean;
  error: CombinedError | undefined;
  onSubmit: () => Promise<void>;
  other: ReactNode;
  children: ReactNode;
}

/** The form by which somebody comes in. */
export function Entrance({ title, submit, busy, error, onSubmit, other, children }: EntranceProps) {
  const handle = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <EntranceFrame other={other}>
      <title>{`${title} · Spectrakey`}</title>
      <form onSubmit={handle}>
        <Stack gap="md">
          <Title order={1}>{title}</Title>
          {error && (
            <Alert color="red" variant="light" role="alert">
              {sentenceOf(error)}
            </Alert>
          )}
          {children}
          <Button type="submit" loading={busy} fullWidth>
            {submit}
          </Button>
        </Stack>
      </form>
    </EntranceFrame>
  );
}
