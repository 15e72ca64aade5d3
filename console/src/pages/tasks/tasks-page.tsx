import { useCollection } from '@cloudscape-design/collection-hooks';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { useTasks } from '../../api';
import type { TaskSummary } from '../../api';
import { LoadError, useIsPhone } from '../../components';
import { usePage } from '../../shell/page-context';
import { useFormat } from '../../use-format';
import { ListPreferences, useListPreferences } from './list-preferences';
import { NoMatches, NoTasks } from './no-tasks';
import { CreateTaskButton } from './create-task-button';
import { TaskCards } from './task-cards';
import { TaskFilters } from './task-filters';
import { useTaskColumns } from './task-columns';
import { isShown, matches, shownFrom } from './task-rows';
import type { Shown } from './task-rows';

export function TasksPage() {
  const { t } = useTranslation(['tasks', 'common']);
  const format = useFormat();
  usePage(t('tasks:title'));
  const isPhone = useIsPhone();
  const query = useTasks();
  const columns = useTaskColumns();
  const { preferences, setPreferences } = useListPreferences();
  const [shown, setShown] = useShown();
  const { items, actions, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(
    query.tasks.filter((row) => isShown(row, shown)),
    {
      filtering: {
        filteringFunction: matches,
        empty: shown === 'all' ? <NoTasks /> : <NoMatches onClear={() => setShown('all')} />,
        noMatch: <NoMatches onClear={clear} />,
      },
      pagination: { pageSize: preferences.pageSize },
      sorting: { defaultState: { sortingColumn: columns[0] ?? {} } },
    },
  );
  const isFiltered = shown !== 'all' || filterProps.filteringText !== '';
  useAllPages(query, isFiltered);

  function clear() {
    setShown('all');
    actions.setFiltering('');
  }

  const shared = {
    ...collectionProps,
    items,
    loading: query.isPending,
    loadingText: t('common:loading'),
    header: (
      <Header
        variant={isPhone ? 'h1' : 'awsui-h1-sticky'}
        counter={query.isPending ? undefined : `(${format.number(query.tasks.length)}${query.hasNextPage ? '+' : ''})`}
        actions={<CreateTaskButton />}
      >
        {t('tasks:title')}
      </Header>
    ),
    filter: (
      <TaskFilters
        filterProps={filterProps}
        shown={shown}
        count={isFiltered && !query.isPending ? (filteredItemsCount ?? items.length) : null}
        onShown={setShown}
      />
    ),
    pagination: <TaskPagination {...paginationProps} query={query} />,
    preferences: <ListPreferences preferences={preferences} onChange={setPreferences} />,
  };
  if (query.error !== null && query.tasks.length === 0) {
    return (
      <ContentLayout header={<Header variant="h1">{t('tasks:title')}</Header>}>
        <LoadError error={query.error} onRetry={query.refetch} />
      </ContentLayout>
    );
  }
  return (
    <SpaceBetween size="m">
      {query.error !== null && <LoadError error={query.error} onRetry={query.refetch} />}
      {isPhone ? (
        <TaskCards {...shared} visibleSections={preferences.visible} />
      ) : (
        <Table<TaskSummary>
          {...shared}
          variant="full-page"
          stickyHeader
          trackBy={({ task }) => task.task_id}
          columnDefinitions={columns}
          columnDisplay={columns.map(({ id = '' }) => ({ id, visible: preferences.visible.includes(id) }))}
          contentDensity={preferences.isDense ? 'compact' : 'comfortable'}
          stickyColumns={{ last: 1 }}
          wrapLines
        />
      )}
    </SpaceBetween>
  );
}

type TasksQuery = ReturnType<typeof useTasks>;

function TaskPagination({ query, ...props }: { query: TasksQuery } & Parameters<typeof Pagination>[0]) {
  return (
    <Pagination
      {...props}
      openEnd={query.hasNextPage}
      onNextPageClick={({ detail }) => {
        if (!detail.requestedPageAvailable) void query.fetchNextPage();
      }}
    />
  );
}

/** A filter looks at every task, so all of them are asked for. */
function useAllPages({ hasNextPage, isFetchingNextPage, fetchNextPage }: TasksQuery, isWanted: boolean): void {
  useEffect(() => {
    if (isWanted && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isWanted, hasNextPage, isFetchingNextPage, fetchNextPage]);
}

/** The state that the list is narrowed to is part of the address, so the home page can link to it. */
function useShown(): [Shown, (shown: Shown) => void] {
  const [params, setParams] = useSearchParams();
  const setShown = (shown: Shown) => setParams(shown === 'all' ? {} : { show: shown }, { replace: true });
  return [shownFrom(params.get('show')), setShown];
}
