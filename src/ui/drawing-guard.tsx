// Hands a fault while drawing to whoever can end the screen: Ink's own answer is a page of code that stays.
import { Component, type ReactNode } from 'react';

export interface DrawingGuardProps {
  readonly children: ReactNode;
  /** Nothing is drawn any more. */
  readonly onFault: (fault: unknown) => void;
}

interface GuardState {
  readonly failed: boolean;
}

/** React wants a class for it. */
export class DrawingGuard extends Component<DrawingGuardProps, GuardState> {
  override state: GuardState = { failed: false };

  static getDerivedStateFromError(): GuardState {
    return { failed: true };
  }

  override componentDidCatch(fault: unknown): void {
    this.props.onFault(fault);
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
