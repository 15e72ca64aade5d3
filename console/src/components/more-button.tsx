import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useTranslation } from 'react-i18next';

interface Asked {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Below a list of which there is more. */
export function MoreButton({ query }: { query: Asked }) {
  const { t } = useTranslation('common');
  if (!query.hasNextPage) return null;
  return (
    <Box textAlign="center" padding={{ top: 's' }}>
      <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {t('loadMore')}
      </Button>
    </Box>
  );
}
