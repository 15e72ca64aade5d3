export * from './audit';
export { setSession } from './client';
export * from './deployment';
export * from './errors';
export { queryClient } from './query-client';
export * from './real-time';
export * from './runs';
export {
  clientToken,
  taskPath,
  useCheckSettings,
  useCloneTask,
  useCreateTask,
  useDeleteTask,
  useEditTask,
} from './tasks';
export { useEstimate, useRemoveSchedule, useScheduleTimes, useSetSchedule, useTask, useTasks } from './tasks';
export type * from './types';
