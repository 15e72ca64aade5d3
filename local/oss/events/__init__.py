"""Event notifications: rules, messages in the formats of Alibaba Cloud, and their delivery."""
