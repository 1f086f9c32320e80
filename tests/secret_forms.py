"""How secrets stand in notebooks, files, commands and what objects print; ``§`` is the secret.

Data only: `test_hidden` looks that none of them passes, whatever the secret.
"""

# secrets of people's own making, and as services make them without a shape of their own
OPAQUE = "Zq8vR2mK7xW4nB9t"
PASSWORDS = (OPAQUE, "hunter2hunter2", "tr0ub4dor&3", "b7f9e1c0-44d2-4a6e-9f53-0c1d2e3f4a5b")

CODE = r"""
token = '§'
token = "§"
token = b'§'
token = f'§'
token = r"§"
token = rb'§'
token = u'§'
token: str = '§'
token: Final[str] = "§"
token: str | None = '§'
token: Optional[str] = '§'
API_KEY='''§'''
API_KEY = '''§'''
API_KEY = f'''§'''
password=('§')
password = ( '§' )
password = str('§')
password = SecretStr("§")
password = ("§" "tail")
token = "head" + "§"
self._api_key = "§"
config.openai_api_key = '§'
config["password"] = "§"
config['db']['password'] = '§'
os.environ['API_KEY'] = '§'
os.environ["DB_PASSWORD"]='§'
os.environ.setdefault('API_KEY','§')
os.environ.setdefault("API_KEY", "§")
os.putenv("API_KEY", "§")
monkeypatch.setenv("API_KEY", "§")
os.getenv("API_KEY", "§")
token = os.getenv("TOKEN") or "§"
token = x if y else "§"
connect(host="h", key='§')
connect(pwd='§', user="me")
connect(host='h', password='§', port=5432)
load_pem(data, passphrase='§')
load_pem(data, passphrase=b'§')
requests.get(url, auth=('me', '§'))
requests.get(url, auth=("me", "§"))
requests.get(url, auth=(user, "§"))
HTTPBasicAuth('me', '§')
smtp.login("me@example.org", "§")
huggingface_hub.login(token="§")
client.set_password("§")
{'Authorization':'§'}
headers = {"Authorization": "Bearer §"}
headers = {"Authorization": "§", "Accept": "*/*"}
headers = {"X-Api-Key": "§"}
headers["authorization"] = f"Bearer §"
headers["Authorization"] = "token §"
{"api_key": "§"}
{'password': '§', 'user': 'me'}
dict(password="§")
{"auth": {"username": "me", "password": "§"}}
{\"password\": \"§\"}
"{\"api_key\": \"§\"}"
'{"api_key": "§"}'
user, password = "me", "§"
password, user = "§", "me"
if password == "§":
assert token != "§"
api_keys = ["§", "§"]
PASSWORDS = {"me": "§"}
const apiKey = "§";
let token = `§`;
token := "§"
password => '§'
conn.execute("ALTER USER me PASSWORD '§'")
CREATE USER me IDENTIFIED BY '§';
Sys.setenv(API_KEY = "§")
$env:API_KEY = "§"
api_key = '§
password = “§”
PRAGMA key = '§'
def connect(password="§"):
def connect(self, token: str = "§", retries=3):
lambda: login(password="§")
with open_session(secret_key="§") as s:
print(f"{client(token='§')}")
"""

SHELL = r"""
%env API_KEY=§
%env API_KEY §
%set_env API_KEY §
%set_env API_KEY=§
!export API_KEY=§
!export API_KEY="§"
!API_KEY=§ python run.py
!PGPASSWORD=§ psql -h db
!MYSQL_PWD='§' mysql
$ export API_KEY=§
export DB_PASSWORD='§'
API_KEY=§ make deploy
API_KEY=§
DB_PASSWORD="§"
setx API_KEY "§"
docker run -e API_KEY=§ image
docker run --env DB_PASSWORD=§ image
ENV API_KEY=§
!curl -u me:§ https://example.org
curl --user me:§ https://example.org
curl --user "me:§" https://example.org
!curl -H "Authorization: Bearer §" https://example.org
curl -H 'X-Api-Key: §' https://example.org
curl --header "Authorization: §" https://example.org
curl --header='PRIVATE-TOKEN: §' https://example.org
curl -H "Cookie: session=§" https://example.org
http example.org "Authorization: Token §"
!tool --password §
!tool --password=§
!tool --password "§" --x
!tool --token='§'
tool --api-key § --model x
tool --client-secret=§
mysql -u me -p§ db
sshpass -p § ssh me@host
az login --service-principal -u me --password §
"""

SETTINGS = r"""
machine example.org login me password §
default login me password §
db.example.org:5432:shop:me:§
*:*:*:me:§
aws_secret_access_key = §
aws_session_token=§
//registry.example.org/:_authToken=§
password: §
password: "§"
  token: '§'
api_key: §
  client-secret: § # rotate
- password: §
spring.datasource.password=§
password = "§"
password = §
"api_token": "§",
"private_key" : "§"
secret_key = '§'
[default]\npassword = §
db:\n  user: me\n  password: §
<password>§</password>
<add key="ApiKey" value="§"/>
- name: API_KEY\n  value: §
{"name": "API_KEY", "value": "§"}
Authorization: Bearer §
Authorization: Basic §
x-api-key: §
Set-Cookie: session=§; Path=/
"""

ADDRESSES = r"""
https://example.org/v1?api_key=§
https://example.org/v1?x=1&token=§
https://example.org/v1?access_token=§&x=1
https://example.org/v1?sv=2024&sig=§
https://example.org/v1?x=1&amp;token=§
https://example.org/v1?key=§
https://example.org/cb?code=§
wss://example.org/?auth=§
"GET /v1?api_key=§ HTTP/1.1" 401
postgres://me:§@db/x
postgresql+psycopg2://me:§@db.example.org:5432/x
redis://:§@cache:6379/0
mongodb+srv://me:§@cluster.example.org/x
https://§@git.example.org/me/x.git
https://me:§@git.example.org/me/x.git
host=db password=§ dbname=x
"host=db user=me password=§"
psycopg2.connect("dbname=x password=§ host=db")
psycopg2.connect("dbname=x password='§' host=db")
Server=db;Database=x;Uid=me;Pwd=§;
"Driver={ODBC};UID=me;PWD=§;Encrypt=yes"
"Server=db;User Id=me;Password=§"
DefaultEndpointsProtocol=https;AccountName=x;AccountKey=§;EndpointSuffix=core
Endpoint=sb://x/;SharedAccessKeyName=root;SharedAccessKey=§
"""

SHOWN = r"""
Client(api_key='§', base_url='x')
<Connection host=db password=§>
<Session token='§' at 0x7f00>
Namespace(token='§', verbose=True)
User(name='me', password='§')
environ({'API_KEY': '§', 'HOME': '/root'})
(b'x-api-key', b'§')
[('authorization', 'Bearer §')]
AuthError: invalid api key: '§'
ValueError: password '§' is too weak
The API key is §.
my password is §
----> 3 password = '§'
      4 api_key="§")
  File "x.py", line 3, in f\n    connect(password="§")
pydantic.ValidationError: input_value={'password': '§'}
headers: {'authorization': 'Bearer §'}
| user | password |\n|---|---|\n| me | § |
user,password\nme,§\nyou,§
user\ttoken\nme\t§
user                      me\npassword    §\nName: 0, dtype: object
"""

TAKEN = r"""
!docker login -u x -p § registry.example
az login --service-principal -u app -p § --tenant t
!wandb login §
!wandb login --relogin §
ngrok config add-authtoken §
redis-cli -h host -a § ping
aws configure set aws_secret_access_key §
token §
the api_key §.
Fernet(b"§=")
Fernet("§")
jwt.encode(payload, "§", algorithm="HS256")
jwt.decode(received, "§", algorithms=["HS256"])
hmac.new(b"§", message, hashlib.sha256)
hmac.digest("§", message, "sha256")
pyotp.TOTP("§").now()
keyring.set_password("service", "me", "§")
spark.conf.set("fs.azure.account.key.store.blob.core.windows.net", "§")
x = os.environ.get("API_KEY") or "§"
client = Client(os.environ.get("API_KEY") or "§")
const key = config.get('apiKey') || '§'
os.environ.setdefault("API_KEY", default="§")
config.get("db", "password", fallback="§")
password: |⏎  §
  api_key: >-⏎    §
- "client-secret": |+⏎      §
Cookie: theme=dark; sessionid=§; csrftoken=§
"Cookie": "sid=§; other=§"
passwort = "§"
Kennwort: "§"
Client("§")
OpenAI('§')
c = github.Github("§")
api.login("me@mail.example", "§")
WebClient(url, b"§")
const c = new Client("§");
Bot("123456789:§")
Client(⏎    "https://a.example",⏎    "prefix-§",⏎)
genai.configure("§")
GITHUB_PAT = "§"
azure_devops_pat='§'
contraseña = "§"
senha = "§"
пароль = "§"
密码 = "§"
パスワード = "§"
비밀번호 = "§"
"""

COLLECTED = r"""
secrets = ['§', '§']
passwords = ('§', '§')
passwords = {'§', '§'}
PASSWORDS = {'ann': '§', 'bob': '§'}
passwords = {1: '§'}
passwords = [⏎    '§',⏎    "§",  # old⏎]
secrets: list[str] = ['§']
secrets = set(['§'])
secrets = frozenset({'§'})
secrets = np.array(['§'])
passwords = dict(ann='§', bob="§")
passwords = sorted(['§', '§'])
secrets = [b'§', r"§"]
secrets = [['§'], ['§', '§']]
secrets = [Secret('§'), SecretStr("§")]
passwords = [p for p in ['§', '§']]
passwords += ['§']
passwords.extend(['§', '§'])
passwords.append('§')
passwords.insert(0, '§')
passwords.add("§")
passwords[0] = '§'
passwords["ann"] = "§"
df['password'] = ['§', '§']
pd.DataFrame({'user': ['x', 'y'], 'password': ['§', '§']})
for password in ['§', '§']:
if pw in ('§', '§'):
if password not in {"§"}:
password = random.choice(['§', '§'])
password_list = ["§", "§"]
{"passwords": ["§", "§"]}
{"secrets": {"db": "§", "api": "§"}}
const passwords = ["§", "§"];
"passwords": [⏎  "§",⏎  "§"⏎],
passwords: [§, §]
passwords:⏎  - §⏎  - "§"⏎
"""

WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
WALLETS = (f'mnemonic = "{WORDS}"', f"seed_phrase: {WORDS}", f"Recovery words:\n{WORDS}")

KEYS = {  # as providers make them: found wherever they stand
    "Anthropic": "sk-ant-api03-" + OPAQUE,
    "OpenAI": "sk-proj-" + OPAQUE,
    "OpenRouter": "sk-or-v1-" + OPAQUE,
    "Stripe": "sk_live_" + OPAQUE,
    "Stripe, restricted": "rk_test_" + OPAQUE,
    "Stripe, webhooks": "whsec_" + OPAQUE,
    "Groq": "gsk_" + OPAQUE,
    "npm": "npm_" + OPAQUE,
    "PyPI": "pypi-AgEIcHlwaS5vcmc" + OPAQUE,
    "Google, OAuth": "ya29." + OPAQUE,
    "Google, API": "AIzaSyA" + 2 * OPAQUE,
    "Google, client": "GOCSPX-" + OPAQUE,
    "Databricks": "dapi0123456789abcdef0123456789abcdef",
    "SendGrid": f"SG.{OPAQUE}.{OPAQUE}",
    "xAI": "xai-" + OPAQUE,
    "NVIDIA": "nvapi-" + OPAQUE,
    "Replicate": "r8_" + OPAQUE,
    "Hugging Face": "hf_" + OPAQUE,
    "GitHub": "ghp_" + 2 * OPAQUE,
    "GitHub, fine-grained": "github_pat_" + 2 * OPAQUE,
    "GitLab": "glpat-" + OPAQUE,
    "Slack": "xoxb-1234567890-" + OPAQUE,
    "Slack, app": "xapp-1-A0-" + OPAQUE,
    "AWS": "AKIAIOSFODNN7EXAMPLE",
    "JWT": f"eyJhbGciOiJI.{OPAQUE}.{OPAQUE}",
    "JWT, encrypted": f"eyJhbGciOiJI.{OPAQUE}.{OPAQUE}.{OPAQUE}.{OPAQUE}",
    "Docker": "dckr_pat_" + OPAQUE,
    "DigitalOcean": "dop_v1_" + 2 * "0123456789abcdef",
    "Perplexity": "pplx-" + OPAQUE,
    "Tavily": "tvly-" + OPAQUE,
    "LangSmith": f"lsv2_pt_{OPAQUE}",
    "Shopify": "shpat_0123456789abcdef",
    "Vault": "hvs." + OPAQUE,
    "Telegram": "123456789:AA" + 2 * OPAQUE,
    "Slack, webhook": "https://hooks.slack.com/services/T0/B0/" + OPAQUE,
    "age": "AGE-SECRET-KEY-1" + 2 * "QWERTYUIOPASDFGH",
}


def frame(secret: str) -> str:
    """Return how a frame with a column of secrets prints."""
    width = max(len(secret), len("password"))
    rows = [("", "user", "password"), ("0", "me", secret), ("1", "you", secret)]
    return "\n".join(f"{a:1}  {b:>4}  {c:>{width}}" for a, b, c in rows)


def forms() -> list[str]:
    """Return every form but those of `KEYS`."""
    lines = f"{CODE}\n{SHELL}\n{SETTINGS}\n{ADDRESSES}\n{SHOWN}".split("\n")
    return [line.replace("\\n", "\n").replace("\\t", "\t") for line in lines if line]
