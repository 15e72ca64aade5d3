"""Which objects of a source are meant, beyond where their keys begin."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from ferry.objects import ListedObject, SourceObject
from ferry.patterns import KeyPatterns, check_patterns

OssStorageClass = Literal["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]
OSS_CLASSES: Final[tuple[OssStorageClass, ...]] = get_args(OssStorageClass)


def _patterns(value: tuple[str, ...]) -> tuple[str, ...]:
    check_patterns(value)
    return value


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _ordered(value: tuple[OssStorageClass, ...]) -> tuple[OssStorageClass, ...]:
    return tuple(name for name in OSS_CLASSES if name in value)


Patterns = Annotated[tuple[str, ...], AfterValidator(_patterns)]
Size = Annotated[int, Field(ge=0)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


class Filters(BaseModel):
    """What is left out: objects that break one of these rules are neither copied nor missed.

    Attributes:
        include: Patterns of keys, relative to the source prefix; only keys that one matches are meant. None
            of them for all keys.
        exclude: Patterns of keys that are not meant, whatever ``include`` says.
        min_size: Bytes of the smallest object that is meant.
        max_size: Bytes of the largest one.
        modified_after: Objects last modified before this moment are not meant.
        modified_before: Objects last modified at this moment or later are not meant.
        storage_classes: Only objects of these classes are meant; none of them for all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    include: Patterns = ()
    exclude: Patterns = ()
    min_size: Size | None = None
    max_size: Size | None = None
    modified_after: Moment | None = None
    modified_before: Moment | None = None
    storage_classes: Annotated[tuple[OssStorageClass, ...], AfterValidator(_ordered)] = ()

    @model_validator(mode="after")
    def _leave_something(self) -> Self:
        if self.min_size is not None and self.max_size is not None and self.min_size > self.max_size:
            msg = "the smallest size must not be larger than the largest, or nothing is left to copy"
            raise ValueError(msg)
        if (
            self.modified_after is not None
            and self.modified_before is not None
            and self.modified_after >= self.modified_before
        ):
            msg = "the time after which must lie before the other one, or nothing is left to copy"
            raise ValueError(msg)
        return self

    @property
    def patterns(self) -> KeyPatterns:
        """The rules about keys alone."""
        return KeyPatterns(self.include, self.exclude)

    @property
    def looks_at_objects(self) -> bool:
        """Whether there are rules about more than keys."""
        limits = (self.min_size, self.max_size, self.modified_after, self.modified_before)
        return bool(self.storage_classes) or any(limit is not None for limit in limits)

    def take(self, one: ListedObject | SourceObject) -> bool:
        """Tell whether an object is meant, its key aside; of a link only the time is looked at."""
        if not self.looks_at_objects:
            return True
        if not self._take_time(one.last_modified):
            return False
        is_link = isinstance(one, ListedObject) and one.is_symlink
        return is_link or (self._take_size(one.size) and self._take_class(one.storage_class))

    def _take_time(self, moment: datetime) -> bool:
        after, before = self.modified_after, self.modified_before
        return (after is None or moment >= after) and (before is None or moment < before)

    def _take_size(self, size: int) -> bool:
        least, most = self.min_size, self.max_size
        return (least is None or size >= least) and (most is None or size <= most)

    def _take_class(self, storage_class: str) -> bool:
        # Listings of old buckets may leave out the class that is the usual one.
        return not self.storage_classes or (storage_class or "Standard") in self.storage_classes


NO_FILTERS: Final = Filters()
