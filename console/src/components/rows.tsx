import Cards from '@cloudscape-design/components/cards';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { useIsPhone } from './media';

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Names the row; exactly one column does. */
  isRowHeader?: boolean;
  minWidth?: number;
  width?: number;
}

interface Props<Row> {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  trackBy: (row: Row) => string;
  header: ReactNode;
  empty: ReactNode;
  loading?: boolean;
  footer?: ReactNode;
  /** Inside a container, which has the border. */
  embedded?: boolean;
  selection?: {
    type: 'single' | 'multi';
    chosen: Row[];
    onChange: (chosen: Row[]) => void;
    group: string;
    all?: string;
    nameOf: (row: Row) => string;
  };
}

/** Rows of a table; cards on a phone, where a table would have to be scrolled sideways. */
export function Rows<Row>({
  columns,
  rows,
  trackBy,
  header,
  empty,
  loading = false,
  footer,
  embedded = false,
  selection,
}: Props<Row>) {
  const { t } = useTranslation('common');
  const isPhone = useIsPhone();
  const shared = {
    items: rows,
    trackBy,
    header,
    empty,
    loading,
    loadingText: t('loading'),
    selectionType: selection?.type,
    selectedItems: selection?.chosen,
    onSelectionChange: ({ detail }: { detail: { selectedItems: Row[] } }) => selection?.onChange(detail.selectedItems),
    ariaLabels: selection && {
      selectionGroupLabel: selection.group,
      allItemsSelectionLabel: () => selection.all ?? selection.group,
      itemSelectionLabel: (_: unknown, row: Row) => selection.nameOf(row),
    },
  };
  if (!isPhone) {
    return (
      <Table
        {...shared}
        variant={embedded ? 'embedded' : 'container'}
        wrapLines
        columnDefinitions={columns}
        footer={footer}
      />
    );
  }
  return (
    <>
      <Cards
        {...shared}
        cardDefinition={{
          header: columns.find((column) => column.isRowHeader)?.cell,
          sections: columns
            .filter((column) => column.isRowHeader !== true)
            .map(({ id, header: name, cell }) => ({ id, header: name, content: cell })),
        }}
      />
      {footer}
    </>
  );
}
