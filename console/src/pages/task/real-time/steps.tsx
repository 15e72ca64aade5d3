import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Children } from 'react';
import type { ReactNode } from 'react';

/** What to do, numbered. */
export function Steps({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ol className="sender-steps" aria-label={label}>
      {Children.toArray(children)}
    </ol>
  );
}

export function Step({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <li>
      <SpaceBetween size="s">
        <Box variant="h3" padding="n">
          {title}
        </Box>
        {children}
      </SpaceBetween>
    </li>
  );
}
