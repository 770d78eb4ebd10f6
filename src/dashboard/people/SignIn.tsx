import {
  Alert,
  Anchor,
  Button,
  Center,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { type CombinedError, useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { Brand } from '../app/layout';
import { pathAfterSignIn, useSession } from '../app/session';
import { graphql } from '../generated';

const SIGN_IN = graphql(`
  mutation SignIn($email: EmailAddress!, $password: String!) {
    signIn(email: $email, password: $password) {
      id
    }
  }
`);

const SIGN_UP = graphql(`
  mutation SignUp($input: SignUpInput!) {
    signUp(input: $input) {
      id
    }
  }
`);

const signingIn = { signingIn: true };

function useEntrance() {
  const { search } = useLocation();
  const navigate = useNavigate();
  const { renew } = useSession();
  return async () => {
    await navigate(pathAfterSignIn(search), { replace: true });
    renew();
  };
}

export function SignIn() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [{ fetching, error }, signIn] = useMutation(SIGN_IN);
  const enter = useEntrance();
  const { search } = useLocation();
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
          <Anchor component={Link} to={`/sign-up${search}`} size="sm" underline="always">
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

export function SignUp() {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [{ fetching, error }, signUp] = useMutation(SIGN_UP);
  const enter = useEntrance();
  const { search } = useLocation();
  return (
    <Entrance
      title="Sign up"
      submit="Create account"
      busy={fetching}
      error={error}
      onSubmit={async () => {
        const { data } = await signUp({ input: { name, email, password } }, signingIn);
        if (data) await enter();
      }}
      other={
        <>
          Have an account?{' '}
          <Anchor component={Link} to={`/sign-in${search}`} size="sm" underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
      <TextInput
        label="Name"
        autoComplete="name"
        required
        maxLength={100}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <EmailInput value={email} onChange={setEmail} />
      <PasswordInput
        label="Password"
        description="At least 15 characters. A few words in a row are easy to remember."
        autoComplete="new-password"
        required
        minLength={15}
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
    </Entrance>
  );
}

function EmailInput({ value, onChange }: { value: string; onChange: (email: string) => void }) {
  return (
    <TextInput
      label="E-mail"
      type="email"
      autoComplete="username"
      required
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

function Entrance({ title, submit, busy, error, onSubmit, other, children }: EntranceProps) {
  const handle = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <Center mih="100vh" px="md" component="main">
      <Stack w={360} maw="100%" gap="lg">
        <Center>
          <Brand />
        </Center>
        <Paper withBorder p="lg">
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
        </Paper>
        <Text size="sm" c="dimmed" ta="center">
          {other}
        </Text>
      </Stack>
    </Center>
  );
}
