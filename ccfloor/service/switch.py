"""The settings of the door to Asterisk, as the connector wants them."""

from ccfloor.acd.ami_link import AmiAccess
from ccfloor.service.settings import AmiSettings


def access(ami: AmiSettings) -> AmiAccess:
    """Host, user and secret of the AMI. The secret leaves the settings here and nowhere else."""
    return AmiAccess(ami.host, ami.port, ami.user, ami.secret.get_secret_value(), ami.tls, ami.ca)
