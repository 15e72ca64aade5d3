import { useTranslation } from 'react-i18next';

import type { Task } from '../../api';
import { KeyText } from '../run/key-text';
import type { Option } from './options-tab';

export function useSourceOptions({ source }: Task): Option[] {
  const { t } = useTranslation(['task', 'common']);
  const yesNo = (value: boolean) => t(value ? 'common:yes' : 'common:no');
  return [
    [t('options.type'), 'Alibaba Cloud OSS'],
    [t('options.bucket'), <KeyText key="bucket" value={source.bucket} />],
    [t('options.region'), source.region],
    [
      t('options.prefix'),
      source.prefix === '' ? t('options.wholeBucket') : <KeyText key="prefix" value={source.prefix} />,
    ],
    ...(source.prefixes.length === 0
      ? []
      : [[t('options.prefixes'), <Lines key="prefixes" values={source.prefixes} />] as const]),
    [
      t('options.endpoint'),
      source.endpoint === null ? t('options.publicEndpoint') : <KeyText key="endpoint" value={source.endpoint} />,
    ],
    ...(source.is_cname ? [[t('options.cname'), yesNo(true)] as const] : []),
    [t('options.secret'), <KeyText key="secret" value={source.secret} />],
    [t('options.requestPayer'), yesNo(source.request_payer)],
  ];
}

const CLASSES = ['standard', 'ia', 'archive', 'cold_archive', 'deep_cold_archive'] as const;

export function useDestinationOptions({ destination, keep_prefix }: Task): Option[] {
  const { t } = useTranslation(['task', 'common']);
  const yesNo = (value: boolean) => t(value ? 'common:yes' : 'common:no');
  const mapped = CLASSES.flatMap((from) => {
    const to = destination.storage_class_map[from];
    return to === null ? [] : [`${t(`ossClass.${from}`)} → ${to}`];
  });
  return [
    [t('options.bucket'), <KeyText key="bucket" value={destination.bucket} />],
    [t('options.region'), destination.region],
    [
      t('options.prefix'),
      destination.prefix === '' ? t('common:none') : <KeyText key="prefix" value={destination.prefix} />,
    ],
    [t('options.keepPrefix'), yesNo(keep_prefix)],
    [t('options.storageClass'), destination.storage_class],
    ...(mapped.length === 0 ? [] : [[t('options.storageClassMap'), <Lines key="map" values={mapped} />] as const]),
    [t('options.encryption'), t(`encryption.${destination.encryption}`)],
    ...(destination.kms_key === null
      ? []
      : [[t('options.kmsKey'), <KeyText key="kms" value={destination.kms_key} />] as const]),
    [
      t('options.acl'),
      destination.acl === 'bucket-default'
        ? t('options.aclBucket')
        : destination.acl === 'source'
          ? t('options.aclSource')
          : destination.acl,
    ],
    [t('options.metadata'), t(`metadata.${destination.metadata_policy}`)],
    [t('options.requestPayer'), yesNo(destination.request_payer)],
  ];
}

export function Lines({ values }: { values: readonly string[] }) {
  return (
    <>
      {values.map((value) => (
        <div key={value}>
          <KeyText value={value} copied={false} />
        </div>
      ))}
    </>
  );
}
