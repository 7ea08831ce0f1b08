"""What each capability is, in words: `<protocol> cannot <words>` tells a user what a protocol lacks."""

from .conversions import Conversions
from .joins import Joins
from .linear import Linear
from .opening import Opening
from .order import Order
from .products import Products
from .protocol import Protocol

WORDS: dict[type[Protocol], str] = {
    Linear: "share values and add them",
    Products: "multiply secret values",
    Conversions: "compare secret numbers, or convert them to bits and back",
    Opening: "reveal values",
    Order: "sort or shuffle rows",
    Joins: "join tables on keys that their owners hold",
}
