import { Box, Button, Card, Stack, Text, ThemeIcon, Title, VisuallyHidden } from '@mantine/core';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './FirstSteps.module.css';

interface FirstStepsProps {
  hasModel: boolean;
  onRegister: () => void;
  onDeploy: () => void;
}

/** The steps from an empty project to the first prediction: done, next, or still to come. */
export function FirstSteps({ hasModel, onRegister, onDeploy }: FirstStepsProps) {
  return (
    <Card withBorder padding="xl" maw={640} w="100%" mx="auto">
      <Title order={2}>Three steps to the first prediction</Title>
      <Text size="sm" c="dimmed" mt={4} mb="lg">
        Put a trained model where other programs can call it.
      </Text>
      <Stack component="ol" gap={0} m={0} p={0} className={classes.steps}>
        <Step
          number={1}
          state={hasModel ? 'done' : 'next'}
          title="Register your first model"
          action={
            <Button onClick={onRegister} variant={hasModel ? 'default' : 'filled'}>
              Register a model
            </Button>
          }
        >
          An ONNX file, as scikit-learn, PyTorch and the chemometrics tools export it.
        </Step>
        <Step
          number={2}
          state={hasModel ? 'next' : 'waiting'}
          title="Create a deployment"
          action={<Button onClick={onDeploy}>New deployment</Button>}
        >
          It gives the model an address to call, and can be switched off at any time.
        </Step>
        <Step number={3} state="waiting" title="Open the deployment’s page">
          Try it with your spectra, create API keys, and copy a snippet into your program.
        </Step>
      </Stack>
    </Card>
  );
}

interface StepProps {
  number: number;
  state: 'done' | 'next' | 'waiting';
  title: string;
  action?: ReactNode;
  children: ReactNode;
}

function Step({ number, state, title, action, children }: StepProps) {
  return (
    <Box component="li" className={classes.step} aria-current={state === 'next' ? 'step' : undefined}>
      <ThemeIcon
        radius="xl"
        size={28}
        variant={state === 'next' ? 'filled' : state === 'done' ? 'light' : 'default'}
        className={classes.number}
      >
        {state === 'done' ? (
          <>
            <Check size={16} aria-hidden />
            <VisuallyHidden>Done:</VisuallyHidden>
          </>
        ) : (
          <Text size="sm" fw={600} span aria-hidden>
            {number}
          </Text>
        )}
      </ThemeIcon>
      <Box flex={1} miw={0}>
        <Text fw={600} lh="28px" c={state === 'next' ? 'var(--mantine-color-text)' : 'dimmed'}>
          {title}
        </Text>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
        {state === 'next' && action && <Box mt="sm">{action}</Box>}
      </Box>
    </Box>
  );
}
