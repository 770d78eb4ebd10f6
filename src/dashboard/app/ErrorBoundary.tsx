import { Button, Group } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { EmptyState } from '../ui/EmptyState';

interface ErrorBoundaryProps {
  /** The path of the page. If it changes, the page is rendered again. */
  address: string;
  children: ReactNode;
}

interface ErrorBoundaryState {
  failed: boolean;
  address: string;
}

/** Catches errors while a page is rendered, so that the frame around it stays. React requires a class here. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failed: false, address: this.props.address };

  static getDerivedStateFromError(): Partial<ErrorBoundaryState> {
    return { failed: true };
  }

  static getDerivedStateFromProps(
    { address }: ErrorBoundaryProps,
    state: ErrorBoundaryState,
  ): ErrorBoundaryState | null {
    return address === state.address ? null : { failed: false, address };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert">
        <EmptyState
          title="This page could not be shown"
          isPage
          action={
            <Group mt="sm">
              <Button variant="default" onClick={() => window.location.reload()}>
                Reload
              </Button>
            </Group>
          }
        >
          Something went wrong in the dashboard. Your data was not changed.
        </EmptyState>
      </div>
    );
  }
}
