import { Component } from 'react';
import type { ReactNode } from 'react';

import { Crash } from './crash';

interface State {
  error: Error | null;
}

/** Keeps the rest of the console when a page fails. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <Crash error={this.state.error} />;
  }
}
