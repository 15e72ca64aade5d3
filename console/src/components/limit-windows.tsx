import Box from '@cloudscape-design/components/box';

import type { LimitWindow } from '../api';
import { useLimitWords } from '../use-limit-words';

/** A timetable of limits in words, in the order that counts. */
export function LimitWindows({ windows }: { windows: readonly LimitWindow[] }) {
  const words = useLimitWords();
  return (
    <ol className="limit-windows">
      {windows.map((window, index) => (
        <li key={index}>
          {words.when(window)}
          <Box color="text-body-secondary" variant="small" display="block">
            {words.allowance(window)}
          </Box>
        </li>
      ))}
    </ol>
  );
}
