import json
import stat

import pytest
from ministack.services import cognito, ses, sns
from ministack.services.cloudformation import provisioners

from local import emulated_mail, mailbox
from local.emulator import repair

ADDRESS = "anna@example.com"
PASSWORD = "Correct-horse-7"
INVITATION = "<p>E-mail: {username}<br>\nTemporary password: {####}</p> <p>Bye &amp; good luck.</p>"

repair()


@pytest.fixture
def letters(tmp_path):
    """The folder that e-mails end up in."""
    before = ses._smtp_relay, sns._fanout
    emulated_mail.repair(tmp_path / "mail")
    yield tmp_path / "mail"
    ses._smtp_relay, sns._fanout = before
    cognito.reset()
    sns.reset()


@pytest.fixture
def pool(letters):
    """The ids of a pool that only administrators put users into, and of its client."""
    pool_id, _ = created(
        "UserPool",
        UsernameAttributes=["email"],
        AdminCreateUserConfig={
            "AllowAdminCreateUserOnly": True,
            "InviteMessageTemplate": {"EmailSubject": "Welcome", "EmailMessage": INVITATION},
        },
    )
    client_id, _ = created("UserPoolClient", UserPoolId=pool_id, WriteAttributes=["name"])
    created("UserPoolGroup", UserPoolId=pool_id, GroupName="admin")
    return pool_id, client_id


def created(kind, **properties):
    handlers = provisioners._RESOURCE_HANDLERS[f"AWS::Cognito::{kind}"]
    return handlers["create"]("LogicalId", properties, "stack")


def user(pool_id):
    name, _ = created(
        "UserPoolUser",
        UserPoolId=pool_id,
        Username=ADDRESS,
        DesiredDeliveryMediums=["EMAIL"],
        UserAttributes=[{"Name": "email", "Value": ADDRESS}, {"Name": "email_verified", "Value": "true"}],
    )
    created("UserPoolUserToGroupAttachment", UserPoolId=pool_id, Username=name, GroupName="admin")
    return name


def asked(operation, **request):
    status, _, answer = operation(request)
    return status, json.loads(answer)


def test_a_user_of_the_template_is_invited_and_belongs_to_its_group(pool, letters):
    user(pool[0])

    (mail,) = mailbox.mails(letters, ADDRESS)
    _, groups = asked(cognito._admin_list_groups_for_user, UserPoolId=pool[0], Username=ADDRESS)
    assert (mail.subject, mail.sender) == ("Welcome", "no-reply@verificationemail.com")
    assert mail.text.startswith(f"E-mail: {ADDRESS}\nTemporary password: ")
    assert mail.text.endswith("\nBye & good luck.")
    assert len(mailbox.temporary_password(letters, ADDRESS)) >= 12
    assert [group["GroupName"] for group in groups["Groups"]] == ["admin"]


def test_a_user_of_the_template_goes_with_it(pool):
    name = user(pool[0])

    provisioners._RESOURCE_HANDLERS["AWS::Cognito::UserPoolUser"]["delete"](name, {"UserPoolId": pool[0]})

    status, _ = asked(cognito._admin_get_user, UserPoolId=pool[0], Username=ADDRESS)
    assert status == 400


def test_a_user_that_cannot_be_created_fails_the_deployment(pool):
    user(pool[0])

    with pytest.raises(ValueError, match="already exists"):
        user(pool[0])


def test_only_the_owner_may_read_the_mailbox(pool, letters):
    user(pool[0])

    assert stat.S_IMODE(letters.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in letters.iterdir()} == {0o600}


def test_a_password_is_recovered_with_a_code_that_nobody_guesses(pool, letters):
    user(pool[0])
    asked(
        cognito._admin_set_user_password,
        UserPoolId=pool[0],
        Username=ADDRESS,
        Password=PASSWORD,
        Permanent=True,
    )

    for _ in range(2):
        asked(cognito._forgot_password, ClientId=pool[1], Username=ADDRESS)

    _, *codes = [mail.text[-7:-1] for mail in mailbox.mails(letters)]
    record = cognito._resolve_user(cognito._user_pools[pool[0]], ADDRESS)[0]
    assert all(code.isdigit() for code in codes)
    assert record["_reset_code"] == codes[-1]
    assert codes[0] != codes[1]


def test_a_password_that_was_never_chosen_is_not_recovered(pool, letters):
    user(pool[0])

    status, answer = asked(cognito._forgot_password, ClientId=pool[1], Username=ADDRESS)

    assert (status, answer["__type"]) == (400, "NotAuthorizedException")
    assert len(mailbox.mails(letters)) == 1


def test_nobody_signs_himself_up(pool):
    status, answer = asked(cognito._sign_up, ClientId=pool[1], Username="eve@example.com", Password=PASSWORD)

    assert (status, answer["__type"]) == (400, "NotAuthorizedException")


@pytest.mark.parametrize(("attribute", "status"), [("email", 400), ("name", 200)])
def test_users_write_only_what_their_client_may_write(pool, attribute, status):
    user(pool[0])
    record = cognito._resolve_user(cognito._user_pools[pool[0]], ADDRESS)[0]
    token = cognito._build_auth_result(pool[0], pool[1], record)["AccessToken"]

    answered, _ = asked(
        cognito._update_user_attributes,
        AccessToken=token,
        UserAttributes=[{"Name": attribute, "Value": "eve@example.com"}],
    )

    assert answered == status


def test_what_is_published_on_a_topic_reaches_its_subscribers_by_mail(letters):
    topic = "arn:aws:sns:us-east-1:000000000000:alarms"
    sns._create_topic({"Name": ["alarms"]})
    for address, policy in ((ADDRESS, ""), ("ben@example.com", '{"task": ["videos"]}')):
        sns._subscribe(
            {
                "TopicArn": [topic],
                "Protocol": ["email"],
                "Endpoint": [address],
                **(
                    {"Attributes.entry.1.key": ["FilterPolicy"], "Attributes.entry.1.value": [policy]}
                    if policy
                    else {}
                ),
            }
        )

    sns._fanout(
        topic,
        "1",
        "The run has failed: 失败",
        "Ferry",
        "",
        {"task": {"DataType": "String", "StringValue": "photos"}},
    )

    (mail,) = mailbox.mails(letters)
    assert (mail.recipients, mail.subject, mail.text) == (ADDRESS, "Ferry", "The run has failed: 失败")
