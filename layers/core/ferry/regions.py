"""The regions of OSS and S3, for choosing one.

Source: OSS User Guide, "Regions and endpoints" (public cloud); botocore's endpoint data for AWS.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class OssRegion:
    """A region of OSS.

    Attributes:
        region: Such as ``cn-hangzhou``.
    """

    region: str
    name_en: str
    name_zh: str

    @property
    def endpoint(self) -> str:
        """The public endpoint."""
        return f"https://oss-{self.region}.aliyuncs.com"

    @property
    def accelerate_endpoint(self) -> str:
        """The endpoint of transfer acceleration, which a bucket has to allow and which costs extra."""
        is_mainland = self.region.startswith("cn-") and self.region != "cn-hongkong"
        return f"https://oss-accelerate{'' if is_mainland else '-overseas'}.aliyuncs.com"


@dataclass(frozen=True, slots=True)
class AwsRegion:
    """A region of S3."""

    region: str
    name: str


OSS_REGIONS: Final = (
    OssRegion("cn-hangzhou", "China (Hangzhou)", "华东1（杭州）"),
    OssRegion("cn-shanghai", "China (Shanghai)", "华东2（上海）"),
    OssRegion("cn-nanjing", "China (Nanjing, local region)", "华东5（南京-本地地域）"),
    OssRegion("cn-fuzhou", "China (Fuzhou, local region)", "华东6（福州-本地地域）"),
    OssRegion("cn-wuhan-lr", "China (Wuhan, local region)", "华中1（武汉-本地地域）"),
    OssRegion("cn-qingdao", "China (Qingdao)", "华北1（青岛）"),
    OssRegion("cn-beijing", "China (Beijing)", "华北2（北京）"),
    OssRegion("cn-zhangjiakou", "China (Zhangjiakou)", "华北3（张家口）"),
    OssRegion("cn-huhehaote", "China (Hohhot)", "华北5（呼和浩特）"),
    OssRegion("cn-wulanchabu", "China (Ulanqab)", "华北6（乌兰察布）"),
    OssRegion("cn-shenzhen", "China (Shenzhen)", "华南1（深圳）"),
    OssRegion("cn-heyuan", "China (Heyuan)", "华南2（河源）"),
    OssRegion("cn-guangzhou", "China (Guangzhou)", "华南3（广州）"),
    OssRegion("cn-chengdu", "China (Chengdu)", "西南1（成都）"),
    OssRegion("cn-hongkong", "China (Hong Kong)", "中国香港"),
    OssRegion("ap-northeast-1", "Japan (Tokyo)", "日本（东京）"),
    OssRegion("ap-northeast-2", "South Korea (Seoul)", "韩国（首尔）"),
    OssRegion("ap-southeast-1", "Singapore", "新加坡"),
    OssRegion("ap-southeast-3", "Malaysia (Kuala Lumpur)", "马来西亚（吉隆坡）"),
    OssRegion("ap-southeast-5", "Indonesia (Jakarta)", "印度尼西亚（雅加达）"),
    OssRegion("ap-southeast-6", "Philippines (Manila)", "菲律宾（马尼拉）"),
    OssRegion("ap-southeast-7", "Thailand (Bangkok)", "泰国（曼谷）"),
    OssRegion("eu-central-1", "Germany (Frankfurt)", "德国（法兰克福）"),
    OssRegion("eu-west-1", "UK (London)", "英国（伦敦）"),
    OssRegion("us-west-1", "US (Silicon Valley)", "美国（硅谷）"),
    OssRegion("us-east-1", "US (Virginia)", "美国（弗吉尼亚）"),
    OssRegion("me-east-1", "UAE (Dubai)", "阿联酋（迪拜）"),
    OssRegion("me-central-1", "Saudi Arabia (Riyadh)", "沙特（利雅得）"),
)


@cache
def aws_regions() -> tuple[AwsRegion, ...]:
    """Return the regions of S3, ascending by their code."""
    import botocore.session

    data = botocore.session.get_session().get_data("endpoints")
    found = [
        AwsRegion(code, described["description"])
        for partition in data["partitions"]
        if partition["partition"] in {"aws", "aws-cn", "aws-us-gov"}
        for code, described in partition["regions"].items()
        if code in partition["services"].get("s3", {}).get("endpoints", {})
    ]
    return tuple(sorted(found, key=lambda one: one.region))
