"""The demonstration: real data, through the deployed application, checked from outside."""
