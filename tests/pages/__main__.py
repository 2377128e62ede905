import json

from tests.pages import agreement, coverage, oracles

print(json.dumps({f"{page.__name__.rpartition('.')[2]}.md": page.render() for page in (agreement, coverage, oracles)}))
